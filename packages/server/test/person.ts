/** Somebody with an account and one device: the client's half of the calls, with real keys. */
import { fromBase64Url, toBase64Url } from "@quicprochat/bytes";
import type { Connection } from "@quicprochat/connection";
import { generateSigningKeyPair, type SigningKeyPair, systemRandom } from "@quicprochat/crypto";
import {
  bindLogin,
  type Device,
  type DeviceList,
  type Identity,
  mailboxAddress,
  methods,
  sessionExporter,
  signDevice,
  signDeviceList,
  signIdentity,
  signMailboxCreate,
  signMailboxRead,
  signSession,
} from "@quicprochat/protocol";
import { call } from "@quicprochat/rpc";
import { client as opaque, ready } from "@serenity-kit/opaque";
import { cheapStretching, type Hosted } from "./hosted.ts";

const keyStretching = {
  "argon2id-custom": {
    memory: cheapStretching.memoryKib,
    iterations: cheapStretching.passes,
    parallelism: cheapStretching.parallelism,
  },
};

type DeviceKeys = { readonly id: Uint8Array; readonly leaf: SigningKeyPair; readonly session: SigningKeyPair };

const newDevice = (): DeviceKeys => ({
  id: systemRandom(16),
  leaf: generateSigningKeyPair(systemRandom),
  session: generateSigningKeyPair(systemRandom),
});

export const exporterOf = (connection: Connection): Uint8Array => connection.exportKey(sessionExporter);

type LoginProof = { readonly ke3: Uint8Array; readonly sessionKey: Uint8Array };

export class Person {
  readonly username: string;
  readonly device: DeviceKeys = newDevice();
  readonly identity: Identity;
  readonly #hosted: Hosted;
  readonly #root = generateSigningKeyPair(systemRandom);
  readonly #identity = generateSigningKeyPair(systemRandom);

  constructor(hosted: Hosted, username: string) {
    this.#hosted = hosted;
    this.username = username;
    this.identity = signIdentity(this.#root.privateKey, {
      ...this.owner,
      rootKey: this.#root.publicKey,
      identityKey: this.#identity.publicKey,
      version: 1,
    });
  }

  get owner() {
    return { serverId: this.#hosted.serverId, username: this.username };
  }

  /** Registers, logs in with the first device, and returns the connection that carries the session. */
  static async join(
    hosted: Hosted,
    username: string,
    password = "correct horse",
  ): Promise<{ person: Person; account: Connection }> {
    const person = new Person(hosted, username);
    const account = await hosted.connect("account");
    await person.register(account, password);
    await person.logIn(account, password, person.list(1n));
    return { person, account };
  }

  async register(account: Connection, password: string, identity: Identity = this.identity): Promise<void> {
    await ready;
    const { username } = this;
    const { registrationSecret } = this.#hosted;
    const { clientRegistrationState, registrationRequest } = opaque.startRegistration({ password });
    const request = fromBase64Url(registrationRequest);
    const { response } = await call(account, methods.registerStart, { username, registrationSecret, request });
    const { registrationRecord } = opaque.finishRegistration({
      password,
      clientRegistrationState,
      registrationResponse: toBase64Url(response),
      keyStretching,
    });
    const record = fromBase64Url(registrationRecord);
    await call(account, methods.registerFinish, { username, registrationSecret, record, identity });
  }

  /** `proof` is `undefined` when the server's answer does not fit the password. */
  async answer(account: Connection, password: string): Promise<{ ke2: Uint8Array; proof: LoginProof | undefined }> {
    await ready;
    const { clientLoginState, startLoginRequest } = opaque.startLogin({ password });
    const ke1 = fromBase64Url(startLoginRequest);
    const { ke2 } = await call(account, methods.loginStart, { username: this.username, ke1 });
    const loginResponse = toBase64Url(ke2);
    const finished = opaque.finishLogin({ password, clientLoginState, loginResponse, keyStretching });
    if (finished === undefined) return { ke2, proof: undefined };
    const { finishLoginRequest, sessionKey } = finished;
    return { ke2, proof: { ke3: fromBase64Url(finishLoginRequest), sessionKey: fromBase64Url(sessionKey) } };
  }

  async logIn(account: Connection, password: string, devices?: DeviceList): Promise<void> {
    const { proof } = await this.answer(account, password);
    if (proof === undefined) throw new Error("the password does not fit");
    const { ke3, sessionKey } = proof;
    const bind = bindLogin(sessionKey, exporterOf(account));
    const list = devices === undefined ? {} : { devices };
    await call(account, methods.loginFinish, { ke3, bind, deviceId: this.device.id, ...list });
  }

  /** A connection with a session by device signature. */
  async session(device: DeviceKeys = this.device, hosted: Hosted = this.#hosted): Promise<Connection> {
    const account = await hosted.connect("account");
    const session = { ...this.owner, deviceId: device.id, exporter: exporterOf(account) };
    const signature = signSession(device.session.privateKey, session);
    await call(account, methods.sessionOpen, { username: this.username, deviceId: device.id, signature });
    return account;
  }

  list(counter: bigint, devices: readonly DeviceKeys[] = [this.device]): DeviceList {
    const signed = devices.map((device) => this.#sign(device));
    const fields = { ...this.owner, identityVersion: 1, counter, devices: signed };
    return signDeviceList(this.#identity.privateKey, fields);
  }

  #sign({ id, leaf, session }: DeviceKeys): Device {
    const keys = { id, leafKey: leaf.publicKey, sessionKey: session.publicKey };
    return signDevice(this.#identity.privateKey, { ...this.owner, ...keys, identityVersion: 1 });
  }

  static readonly newDevice: () => DeviceKeys = newDevice;
}

/** A private mailbox on a `receive` connection that may read it. */
export async function openMailbox(
  server: Pick<Hosted, "connect">,
): Promise<{ receive: Connection; address: Uint8Array; reader: SigningKeyPair }> {
  const reader = generateSigningKeyPair(systemRandom);
  const receive = await server.connect("receive");
  const signature = signMailboxCreate(reader.privateKey, exporterOf(receive));
  await call(receive, methods.mailboxCreate, { readerKey: reader.publicKey, signature });
  await attach(receive, reader);
  return { receive, address: mailboxAddress(reader.publicKey), reader };
}

export async function attach(receive: Connection, reader: SigningKeyPair): Promise<void> {
  const address = mailboxAddress(reader.publicKey);
  const signature = signMailboxRead(reader.privateKey, address, exporterOf(receive));
  await call(receive, methods.mailboxAttach, { readerKey: reader.publicKey, signature });
}
