/** Somebody with one device, whose engine is real and whose vault and server are in memory. It can crash and open again. */
import { toHex } from "@quicprochat/bytes";
import { generateSigningKeyPair, type Random, type SigningKeyPair } from "@quicprochat/crypto";
import { type CreatedKeyPackage, createKeyPackage } from "@quicprochat/mls";
import { signDevice, signDeviceList, signIdentity } from "@quicprochat/protocol";
import type { ConversationView } from "../src/conversation/conversation-view.ts";
import type { EngineEvent } from "../src/conversation/engine-event.ts";
import { groups } from "../src/conversation/group.ts";
import { listConversations } from "../src/conversation/list-conversations.ts";
import { Core } from "../src/effects/core.ts";
import { addMembers, createGroup, type Inviting, openDirect } from "../src/effects/invite.ts";
import type { Network } from "../src/effects/network.ts";
import { Workers } from "../src/effects/workers.ts";
import { encodeCredential } from "../src/envelope/credential.ts";
import { encodeDeliveryAddress, extensionTypes } from "../src/envelope/extensions.ts";
import { handOut } from "../src/history/hand-out.ts";
import type { MessageView } from "../src/history/message.ts";
import { readHistory } from "../src/history/read-history.ts";
import { hastenRefreshes } from "../src/step/pending-work.ts";
import type { Self } from "../src/step/self.ts";
import { sendText } from "../src/step/send-message.ts";
import { capabilitiesOfDevices, suite } from "../src/step/suite.ts";
import type { MemoryServer } from "./memory-server.ts";
import { MemoryVault } from "./memory-vault.ts";

const CONSUMED = "consumed";
const PACKAGES = 30;

export class MemoryPerson {
  readonly name: string;
  readonly self: Self;
  readonly vault: MemoryVault = new MemoryVault();
  readonly door: Uint8Array;
  /** The credential of this device under another name: whoever holds a root may sign any. */
  readonly credentialAs: (username: string, options?: { readonly version?: number }) => Uint8Array;
  readonly events: EngineEvent[] = [];
  readonly faults: unknown[] = [];
  /** Called at every point where a process may end; a throw ends this one there. */
  fault: () => void = () => {};
  now: () => number = () => 1_800_000_000_000;
  readonly #server: MemoryServer;
  readonly #random: Random;
  readonly #packages: readonly CreatedKeyPackage[];
  #life: Life;

  constructor(
    server: MemoryServer,
    name: string,
    random: Random,
    { packages = PACKAGES }: { readonly packages?: number } = {},
  ) {
    this.name = name;
    this.#server = server;
    this.#random = random;
    this.door = random(32);
    const leaf = generateSigningKeyPair(random);
    const { self, publish, credentialAs } = makeSelf(server, name, { leaf, random });
    this.self = self;
    this.credentialAs = credentialAs;
    this.#packages = Array.from({ length: packages }, () =>
      createKeyPackage({
        suite,
        credential: { kind: "basic", identity: self.credential },
        signatureKeyPair: leaf,
        capabilities: capabilitiesOfDevices,
        leafExtensions: [
          {
            type: extensionTypes.deliveryAddress,
            data: encodeDeliveryAddress({ kind: "door", address: this.door, doorKey: new Uint8Array(0) }),
          },
        ],
        lifetime: { notBefore: 1_799_000_000n, notAfter: 1_804_000_000n },
        random,
      }),
    );
    publish(this.#packages.map(({ message }) => message));
    server.openBox(this.door, { door: true });
    server.openBox(self.mailbox, { door: false });
    this.#life = this.#begin();
  }

  get core(): Core {
    return this.#life.core;
  }

  /** Ends this process where it stands and begins another on what its vault holds. */
  restart(): void {
    this.#life.ending.abort();
    this.#life.workers.stop();
    this.#life = this.#begin();
  }

  get signal(): AbortSignal {
    return this.#life.signal;
  }

  /** The server as this device sees it. */
  get network(): Network {
    return this.#life.network;
  }

  async direct(name: string): Promise<string> {
    return toHex(await openDirect(this.#life, name));
  }

  async group(title: string, names: readonly string[]): Promise<string> {
    return toHex(await createGroup(this.#life, title, names));
  }

  async add(conversation: string, names: readonly string[]): Promise<void> {
    await addMembers(this.#life, new Uint8Array(Buffer.from(conversation, "hex")), names);
  }

  /** Leaves with the next `sync`. */
  post(conversation: string, text: string): void {
    const conversationId = new Uint8Array(Buffer.from(conversation, "hex"));
    this.core.step((draft) => sendText(draft, this.self, { conversationId, text }));
  }

  /** Brings fresh keys to all groups with the next `sync`. */
  refresh(): void {
    this.core.step((draft) => {
      for (const { key, value } of draft.list(groups)) draft.put(groups, key, { ...value, refreshDueAt: this.now() });
    });
  }

  /** What a process does while it is online: fetch, walk, commit, deliver. `refresh`: what is due within a minute is due now. */
  async sync({ refresh = true }: { readonly refresh?: boolean } = {}): Promise<void> {
    const { workers, core } = this.#life;
    await workers.catchUp();
    await workers.idle();
    if (refresh) core.step(hastenRefreshes);
    workers.resume();
    await workers.idle();
    if (this.#life.crash !== undefined) throw this.#life.crash;
  }

  takeNew(): MessageView[] {
    return this.core.step((draft) => handOut(draft, 1_000));
  }

  conversations(): ConversationView[] {
    return this.core.look((draft) => listConversations(draft, this.vault));
  }

  texts(conversation: string): string[] {
    const id = new Uint8Array(Buffer.from(conversation, "hex"));
    return readHistory(this.vault, id, {}).map(({ text }) => text);
  }

  #begin(): Life {
    const ending = new AbortController();
    const alive = (): void => {
      if (ending.signal.aborted) throw new Error("this process has ended");
      this.fault();
    };
    const { vault } = this;
    const core: Core = new Core({
      vault: {
        get: (table, key) => vault.get(table, key),
        list: (table, options) => vault.list(table, options),
        keys: (table, options) => vault.keys(table, options),
        transaction: (work) => {
          alive();
          vault.transaction(work);
          alive();
        },
      },
      random: this.#random,
      now: () => this.now(),
      self: () => this.self,
      consume: (tx, reference) => tx.put(CONSUMED, reference, new Uint8Array(1)),
      onEvent: (event) => this.events.push(event),
      onEffect: (effect) => life.workers.act(effect),
    });
    const network = this.#server.connect(this.door, alive);
    const workers = new Workers({
      core,
      network,
      random: this.#random,
      signal: ending.signal,
      doorKeys: {
        address: this.door,
        candidates: () => this.#candidates(),
        load: (reference) => this.#load(reference),
      },
      sources: [{ kind: "door" }, { kind: "mailbox", address: this.self.mailbox }],
      restock: async () => {},
      onFull: () => {},
      onFault: (error) => {
        this.faults.push(error);
        life.crash ??= error;
      },
    });
    const life: Life = { core, network, workers, signal: ending.signal, ending, crash: undefined };
    return life;
  }

  #candidates() {
    return this.#packages
      .filter(({ reference }) => this.vault.get(CONSUMED, reference) === undefined)
      .map(({ reference, secrets }) => ({ reference, initPrivateKey: secrets.initPrivateKey }));
  }

  #load(wanted: Uint8Array) {
    const found = this.#packages.find(({ reference }) => toHex(reference) === toHex(wanted));
    return found === undefined ? undefined : { ...found, lastResort: false };
  }
}

type Life = Omit<Inviting, "network"> & {
  readonly core: Core;
  readonly network: Network;
  readonly workers: Workers;
  readonly ending: AbortController;
  crash: unknown;
};

type Making = { readonly leaf: SigningKeyPair; readonly random: Random };

function makeSelf(server: MemoryServer, username: string, { leaf, random }: Making) {
  const owner = { serverId: server.serverId, username };
  const [root, identityKeys, session] = [0, 1, 2].map(() => generateSigningKeyPair(random));
  if (root === undefined || identityKeys === undefined || session === undefined) throw new Error("no keys");
  const deviceId = random(16);
  const chainOf = (named: typeof owner, version: number) => ({
    identity: signIdentity(root.privateKey, {
      ...named,
      rootKey: root.publicKey,
      identityKey: identityKeys.publicKey,
      version,
    }),
    device: signDevice(identityKeys.privateKey, {
      ...named,
      id: deviceId,
      leafKey: leaf.publicKey,
      sessionKey: session.publicKey,
      identityVersion: version,
    }),
  });
  const credentialAs = (name: string, { version = 1 } = {}): Uint8Array => {
    const named = { ...owner, username: name };
    const { identity, device } = chainOf(named, version);
    const { signature: deviceSignature } = device;
    return encodeCredential({ ...named, identity, deviceId, sessionKey: session.publicKey, deviceSignature });
  };
  const { identity, device } = chainOf(owner, 1);
  const devices = signDeviceList(identityKeys.privateKey, {
    ...owner,
    counter: 1n,
    devices: [device],
    identityVersion: 1,
  });
  const self: Self = {
    serverId: server.serverId,
    statementKey: server.statementKey.publicKey,
    user: username,
    rootKey: root.publicKey,
    deviceId,
    leafKeyPair: leaf,
    credential: credentialAs(username),
    mailbox: random(32),
  };
  const publish = (packages: Uint8Array[]): void => {
    server.accounts.set(username, { identity, devices, packages });
  };
  return { self, publish, credentialAs };
}
