/**
 * A registration from the first call to the last. Each step is written down before the one that relies on it: a run that
 * is killed is taken up by the next, and one whose name the server refuses leaves nothing behind.
 */

import { equalBytes } from "@quicprochat/bytes";
import { type Argon2Cost, type Random, systemRandom } from "@quicprochat/crypto";
import { methods, RefusalError, type Username } from "@quicprochat/protocol";
import { closeCodes } from "@quicprochat/rpc";
import type { Invite, ServerPin } from "@quicprochat/transport";
import { judgeClock } from "../connection/clock.ts";
import { connect, type Dial, type Opened } from "../connection/connect.ts";
import { callerOf } from "../connection/connection-call.ts";
import { createMailbox, type Fresh, putDoor } from "../connection/prepare.ts";
import { Failure } from "../failure.ts";
import { createVault, removeVault } from "../vault/open-vault.ts";
import type { Vault } from "../vault/vault.ts";
import { type Account, createAccountRecord, firstDeviceList } from "./account.ts";
import { refillKeyPackages } from "./key-packages.ts";
import { beginRegistration, endRegistration, logIn } from "./log-in.ts";
import { newRecoveryCode, rootKeyPair } from "./recovery-code.ts";
import { readAccount, readStage, saveAccount, savePin, saveStage } from "./stored-account.ts";

export type RegistrationOptions = {
  readonly profile: string;
  readonly passphrase: string;
  readonly password: string;
  readonly dial: Dial;
  /** Of a guess at the passphrase. */
  readonly cost?: Argon2Cost;
  readonly random?: Random;
  readonly now?: () => number;
};

type Wanted = { readonly username: Username; readonly invite: Invite; readonly earlier: Vault | undefined };

type Session = Fresh & Pick<Opened, "server" | "keyStretching">;

export class Registration {
  readonly #options: RegistrationOptions;
  readonly #wanted: Wanted;
  #vault: Vault | undefined;

  constructor(options: RegistrationOptions, wanted: Wanted) {
    this.#options = options;
    this.#wanted = wanted;
    this.#vault = wanted.earlier;
  }

  /** The vault of a complete account. */
  async run(): Promise<Vault> {
    try {
      return await this.#on("account", (session) => this.#register(session));
    } catch (error) {
      this.#vault?.close();
      // Somebody else's name: this account can never be.
      if (this.#vault !== undefined && isNameTaken(error)) removeVault(this.#options.profile);
      throw error;
    }
  }

  async #register(session: Session): Promise<Vault> {
    const stage = this.#vault === undefined ? undefined : readStage(this.#vault);
    let vault = this.#vault;
    let mayBeTaken = false;
    if (vault === undefined || stage === undefined) vault = await this.#takeName(session);
    else if (stage === "prepared") mayBeTaken = !(await this.#takeNameAgain(session, readAccount(vault)));
    const account = readAccount(vault);
    await this.#logIn(session, account, mayBeTaken);
    vault.transaction((tx) => saveStage(tx, "registered"));
    await putDoor(session.call, account.door);
    const { random = systemRandom, now = Date.now } = this.#options;
    await refillKeyPackages({ vault, account, call: session.call, random, now });
    // Another class, another connection: nothing joins account and mailbox.
    await this.#on("receive", (receive) => createMailbox(receive, account.mailbox));
    vault.transaction((tx) => saveStage(tx, "complete"));
    return vault;
  }

  /** Refusals of the first call come before there is anything on disk. */
  async #takeName(session: Session): Promise<Vault> {
    const { profile, passphrase, cost, random = systemRandom } = this.#options;
    const { username, invite } = this.#wanted;
    const record = await beginRegistration(session, this.#credentials(session));
    const creation = { profile, passphrase, random, ...(cost === undefined ? {} : { cost }) };
    const vault = this.#vault ?? (await createVault(creation));
    this.#vault = vault;
    const code = newRecoveryCode(random);
    const { host, port } = invite;
    const { serverId } = session.server;
    const fresh = createAccountRecord({ host, port, serverId, username, rootKeyPair: rootKeyPair(code), random });
    vault.transaction((tx) => {
      savePin(tx, session.server);
      saveAccount(tx, fresh, code);
    });
    await endRegistration(session, { ...this.#credentials(session), identity: readAccount(vault).identity, record });
    return vault;
  }

  /** False when the name is taken: by us, if the earlier run's call arrived, or by somebody else. */
  async #takeNameAgain(session: Session, { identity }: Account): Promise<boolean> {
    try {
      const record = await beginRegistration(session, this.#credentials(session));
      await endRegistration(session, { ...this.#credentials(session), identity, record });
      return true;
    } catch (error) {
      if (isNameTaken(error)) return false;
      throw error;
    }
  }

  async #logIn(session: Session, account: Account, mayBeTaken: boolean): Promise<void> {
    const { username, deviceId } = account;
    const { password } = this.#options;
    const devices = firstDeviceList(account);
    try {
      await logIn(session, { username, password, stretching: session.keyStretching, deviceId, devices });
    } catch (error) {
      // Another's record may know the password as well, but not our identity's signature.
      const refused = error instanceof Failure && error.code === "bad_login";
      const foreign = error instanceof RefusalError && error.code === "bad_proof";
      if (!refused && !foreign) throw error;
      if (mayBeTaken && !(await this.#isOurs(account))) throw new RefusalError("name_taken");
      throw refused ? otherPassword(username) : error;
    }
  }

  async #isOurs({ username, rootKey }: Account): Promise<boolean> {
    const { identity } = await this.#on("errand", ({ call }) => call(methods.lookUp, { username }));
    return identity !== undefined && equalBytes(identity.rootKey, rootKey);
  }

  #credentials({ keyStretching: stretching }: Session) {
    const { username, invite } = this.#wanted;
    const registrationSecret = invite.registrationSecret ?? new Uint8Array(0);
    return { username, registrationSecret, password: this.#options.password, stretching };
  }

  async #on<T>(connectionClass: "account" | "receive" | "errand", work: (session: Session) => Promise<T>): Promise<T> {
    const { dial, now = Date.now } = this.#options;
    const { connection, server, keyStretching, clockSkewMs } = await connect({
      dial,
      now,
      connectionClass,
      ...this.#target(),
    });
    try {
      const verdict = judgeClock(clockSkewMs);
      if (verdict.kind === "stop") throw verdict.failure;
      return await work({ connection, server, keyStretching, call: callerOf(connection) });
    } finally {
      connection.close(closeCodes.done, "");
    }
  }

  /** Once there is an account, the server that it was begun on; before, the one of the link. */
  #target(): { readonly host: string; readonly port: number; readonly pin: ServerPin | null } {
    const vault = this.#vault;
    if (vault !== undefined && readStage(vault) !== undefined) {
      const { server, pin } = readAccount(vault);
      return { ...server, pin: { serverId: pin.serverId, counterSeen: pin.counter, currentKey: pin.currentKey } };
    }
    const { host, port, serverId } = this.#wanted.invite;
    return { host, port, pin: serverId === null ? null : { serverId, counterSeen: 0 } };
  }
}

const isNameTaken = (error: unknown): boolean => error instanceof RefusalError && error.code === "name_taken";

const otherPassword = (username: string): Failure =>
  new Failure(
    "bad_login",
    `The registration of ${username} was begun with another password. Run it again with that one, or choose another folder with --profile.`,
  );
