/** A small server in this process, over any connection: real frames, real OPAQUE, real signatures; records in memory. */
import { fromBase64Url, toBase64Url, toHex } from "@quicprochat/bytes";
import { type Connection, memoryPair } from "@quicprochat/connection";
import { generateSigningKeyPair, systemRandom as random } from "@quicprochat/crypto";
import {
  bindLogin,
  type ConnectionClass,
  connectionClasses,
  type DeviceList,
  type Identity,
  type Method,
  mailboxAddress,
  methods,
  pushes,
  type RefusalCode,
  RefusalError,
  sessionExporter,
  verifyDeviceList,
  verifyIdentity,
  verifyMailboxCreate,
  verifyMailboxRead,
  verifySession,
} from "@quicprochat/protocol";
import { type BoundMethod, bind, push, serve } from "@quicprochat/rpc";
import { DialError, encodeInvite, type VerifiedServer } from "@quicprochat/transport";
import { server as opaque, ready } from "@serenity-kit/opaque";
import type { Dial } from "../src/connection/connect.ts";

type AccountOf = { readonly record: Uint8Array; readonly identity: Identity; devices: DeviceList | undefined };

/** One connection as the server sees it. */
type Peer = {
  readonly connection: Connection;
  kind: ConnectionClass | undefined;
  user: string | undefined;
  login: { readonly username: string; readonly state: string } | undefined;
};

/** A connection and what was called on it. */
export type Visit = {
  readonly kind: ConnectionClass | undefined;
  readonly calls: readonly string[];
  readonly open: boolean;
};

const findMethod = new Map<number, Method>(Object.values(methods).map((method) => [method.number, method]));

export class SmallServer {
  server: VerifiedServer = verified();
  /** Empty: everybody may register. */
  registrationSecret = random(16);
  readonly accounts = new Map<string, AccountOf>();
  readonly doors = new Set<string>();
  readonly mailboxes = new Set<string>();
  readonly packages = new Map<string, Uint8Array>();
  lastResort: Uint8Array | undefined;
  clockOffsetMs = 0;
  reachable = true;
  keyStretching = { version: 1, memoryKib: 64, passes: 1, parallelism: 1 };
  readonly refusals = new Map<string, RefusalCode>();
  /** Called before and after each call's effect; a throw ends the connection, and the caller gets no answer. */
  fault: (at: string) => void = () => {};
  dials = 0;
  readonly #setup: string;
  readonly #visits: { readonly peer: Peer; readonly calls: string[]; open: boolean }[] = [];

  private constructor(setup: string) {
    this.#setup = setup;
  }

  static async start(): Promise<SmallServer> {
    await ready;
    return new SmallServer(opaque.createSetup());
  }

  get invite(): string {
    const { serverId } = this.server;
    return encodeInvite({ host: "localhost", port: 5001, serverId, registrationSecret: this.registrationSecret });
  }

  get visits(): Visit[] {
    return this.#visits.map(({ peer, calls, open }) => ({ kind: peer.kind, calls, open }));
  }

  /** As the transport's, in memory. */
  readonly dial: Dial = async ({ pin, signal }) => {
    this.dials++;
    signal?.throwIfAborted();
    if (!this.reachable) throw new DialError("unreachable", "Nobody answers.");
    if (pin !== null && toHex(pin.serverId) !== toHex(this.server.serverId)) {
      throw new DialError("server_changed", 'Another server answers. Accept it with "qpc server-accept".');
    }
    const [client, connection] = memoryPair({ exporterSecret: random(32) });
    void this.serve(connection);
    return { connection: client, server: this.server };
  };

  async serve(connection: Connection): Promise<void> {
    const peer: Peer = { connection, kind: undefined, user: undefined, login: undefined };
    const visit = { peer, calls: new Array<string>(), open: true };
    this.#visits.push(visit);
    await serve(connection, {
      admit: (number) => this.#admit(peer, visit.calls, number),
      onFault: () => connection.close(0, "fault"),
    });
    visit.open = false;
  }

  /** As if it went away; those who come again are served. */
  endAll(): void {
    for (const { peer } of this.#visits) peer.connection.close(0, "");
  }

  async wakeDoor(): Promise<void> {
    for (const { peer, open } of this.#visits) {
      if (open && peer.kind === "account") await push(peer.connection, pushes.doorWake, {});
    }
  }

  async wakeMailbox(address: Uint8Array): Promise<void> {
    for (const { peer, open } of this.#visits) {
      if (open && peer.kind === "receive") await push(peer.connection, pushes.mailboxWake, { address });
    }
  }

  #admit(peer: Peer, calls: string[], number: number): BoundMethod {
    const method = findMethod.get(number);
    const handler = this.#handlersFor(peer).get(number);
    if (method === undefined || handler === undefined) throw new RefusalError("unknown_method");
    return async (payload, signal) => {
      if (method !== methods.hello && !method.classes.some((one) => one === peer.kind)) {
        throw new RefusalError("wrong_class");
      }
      if (method.session && peer.user === undefined) throw new RefusalError("no_session");
      calls.push(method.name);
      const refusal = this.refusals.get(method.name);
      if (refusal !== undefined) throw new RefusalError(refusal);
      this.fault(`before ${method.name}`);
      const response = await handler(payload, signal);
      this.fault(`after ${method.name}`);
      return response;
    };
  }

  #handlersFor(peer: Peer): ReadonlyMap<number, BoundMethod> {
    const bound = [this.#hello(peer), ...this.#registration(), ...this.#sessions(peer), ...this.#delivery(peer)];
    return new Map([...bound, ...this.#stock()].map(([method, handler]) => [method.number, handler]));
  }

  #hello(peer: Peer): [Method, BoundMethod] {
    return handle(methods.hello, async ({ class: number }) => {
      const names: readonly ConnectionClass[] = ["account", "receive", "send", "errand"];
      peer.kind = names.find((name) => connectionClasses[name] === number);
      return { serverTimeMs: BigInt(Date.now() + this.clockOffsetMs), keyStretching: this.keyStretching };
    });
  }

  #registration(): [Method, BoundMethod][] {
    const admit = (username: string, secret: Uint8Array): void => {
      const open = this.registrationSecret.length === 0;
      if (!open && toHex(secret) !== toHex(this.registrationSecret)) throw new RefusalError("bad_registration_secret");
      if (this.accounts.has(username)) throw new RefusalError("name_taken");
    };
    return [
      handle(methods.registerStart, async ({ username, registrationSecret, request }) => {
        admit(username, registrationSecret);
        const { registrationResponse } = opaque.createRegistrationResponse({
          serverSetup: this.#setup,
          userIdentifier: username,
          registrationRequest: toBase64Url(request),
        });
        return { response: fromBase64Url(registrationResponse) };
      }),
      handle(methods.registerFinish, async ({ username, registrationSecret, record, identity }) => {
        admit(username, registrationSecret);
        const owner = { serverId: this.server.serverId, username };
        if (identity === undefined || !verifyIdentity(owner, identity)) throw new RefusalError("bad_proof");
        this.accounts.set(username, { record, identity, devices: undefined });
        return {};
      }),
      handle(methods.lookUp, async ({ username }) => {
        const account = this.accounts.get(username);
        if (account === undefined) throw new RefusalError("no_package");
        return { identity: account.identity };
      }),
    ];
  }

  #sessions(peer: Peer): [Method, BoundMethod][] {
    const exporter = (): Uint8Array => peer.connection.exportKey(sessionExporter);
    return [
      handle(methods.loginStart, async ({ username, ke1 }) => {
        const record = this.accounts.get(username)?.record;
        const { serverLoginState: state, loginResponse } = opaque.startLogin({
          serverSetup: this.#setup,
          userIdentifier: username,
          registrationRecord: record === undefined ? null : toBase64Url(record),
          startLoginRequest: toBase64Url(ke1),
        });
        peer.login = { username, state };
        return { ke2: fromBase64Url(loginResponse) };
      }),
      handle(methods.loginFinish, async ({ ke3, bind: proof, devices }) => {
        const { username, state } = peer.login ?? { username: "", state: "" };
        const account = this.accounts.get(username);
        if (account === undefined) throw new RefusalError("bad_login");
        const finishLoginRequest = toBase64Url(ke3);
        const { sessionKey } = opaque.finishLogin({ serverLoginState: state, finishLoginRequest });
        if (toHex(bindLogin(fromBase64Url(sessionKey), exporter())) !== toHex(proof))
          throw new RefusalError("bad_login");
        const owner = { serverId: this.server.serverId, username };
        if (devices !== undefined && !verifyDeviceList(owner, account.identity, devices))
          throw new RefusalError("bad_proof");
        account.devices = devices ?? account.devices;
        peer.user = username;
        return {};
      }),
      handle(methods.sessionOpen, async ({ username, deviceId, signature }) => {
        const devices = this.accounts.get(username)?.devices?.devices ?? [];
        const device = devices.find(({ id }) => toHex(id) === toHex(deviceId));
        const session = { serverId: this.server.serverId, username, deviceId, exporter: exporter() };
        if (device === undefined || !verifySession(device.sessionKey, session, signature))
          throw new RefusalError("no_session");
        peer.user = username;
        return {};
      }),
    ];
  }

  #delivery(peer: Peer): [Method, BoundMethod][] {
    const exporter = (): Uint8Array => peer.connection.exportKey(sessionExporter);
    return [
      handle(methods.doorPut, async ({ address }) => {
        this.doors.add(toHex(address));
        return {};
      }),
      handle(methods.doorSubscribe, async () => {
        if (this.doors.size === 0) throw new RefusalError("mailbox_unknown");
        return {};
      }),
      handle(methods.doorFetch, async () => ({ more: false })),
      handle(methods.mailboxCreate, async ({ readerKey, signature }) => {
        if (!verifyMailboxCreate(readerKey, exporter(), signature)) throw new RefusalError("bad_proof");
        this.mailboxes.add(toHex(mailboxAddress(readerKey)));
        return {};
      }),
      handle(methods.mailboxAttach, async ({ readerKey, signature }) => {
        if (!verifyMailboxRead(readerKey, exporter(), signature)) throw new RefusalError("bad_proof");
        if (!this.mailboxes.has(toHex(mailboxAddress(readerKey)))) throw new RefusalError("mailbox_unknown");
        return {};
      }),
      handle(methods.mailboxSubscribe, async () => ({})),
      handle(methods.enqueue, async ({ items }) => ({ outcomes: items.map(() => 0) })),
      handle(methods.slotGet, async () => ({})),
    ];
  }

  #stock(): [Method, BoundMethod][] {
    return [
      handle(methods.keyPackageStock, async () => ({
        stock: this.packages.size,
        hasLastResort: this.lastResort !== undefined,
      })),
      handle(methods.keyPackagePublish, async ({ keyPackages, lastResort }) => {
        for (const body of keyPackages) this.packages.set(toHex(body), body);
        if (this.packages.size > 100) throw new RefusalError("quota");
        if (lastResort.length > 0) this.lastResort = lastResort;
        return { stock: this.packages.size };
      }),
    ];
  }
}

/** A server as a dial reports it. */
export function verified(): VerifiedServer {
  const [signing, statement] = [generateSigningKeyPair(random), generateSigningKeyPair(random)];
  const serverId = signing.publicKey;
  return { serverId, currentKey: serverId, statementKey: statement.publicKey, counter: 1 };
}

const handle = <M extends Method>(method: M, handler: Parameters<typeof bind<M>>[1]): [Method, BoundMethod] => [
  method,
  bind(method, handler),
];
