/** Asks the directory who owns the names that others brought into conversations: one errand for each. */
import { RefusalError, verifyDeviceList, verifyIdentity } from "@quicprochat/protocol";
import type { Entry } from "../conversation/contact.ts";
import { Failure } from "../failure.ts";
import { limits } from "../limits.ts";
import { namesToConfirm, settleName } from "../step/confirm-name.ts";
import type { Core } from "./core.ts";
import type { Network } from "./network.ts";
import { SingleFlight } from "./single-flight.ts";

type ConfirmingOptions = {
  readonly core: Core;
  readonly network: Pick<Network, "lookUp">;
  readonly signal: AbortSignal;
};

export class Confirming {
  readonly #options: ConfirmingOptions;
  readonly #flight = new SingleFlight(() => this.#confirm());

  constructor(options: ConfirmingOptions) {
    this.#options = options;
  }

  /** A few names; the others have their turn with the next call. Throws when the server cannot be reached, or lies. */
  async run(): Promise<void> {
    await this.#flight.run();
  }

  async #confirm(): Promise<void> {
    const { core, signal } = this.#options;
    const { user: own, rootKey } = core.self;
    const names = core.look(namesToConfirm);
    if (names.includes(own)) {
      const entry = { rootKey, identityVersion: 0, devicesCounter: 0n };
      core.step((draft) => settleName(draft, { user: own, entry }));
    }
    for (const user of names.filter((name) => name !== own).slice(0, limits.namesAtOnce)) {
      if (signal.aborted) return;
      const entry = await this.#lookUp(user);
      if (core.step((draft) => settleName(draft, { user, entry })) === "older") throw lied(user);
    }
  }

  async #lookUp(username: string): Promise<Entry | undefined> {
    const { core, network, signal } = this.#options;
    const answer = await unlessUnknown(network.lookUp(username, signal));
    if (answer === undefined) return undefined;
    const { identity, devices } = answer;
    const owner = { serverId: core.self.serverId, username };
    if (identity === undefined || !verifyIdentity(owner, identity)) throw lied(username);
    if (devices !== undefined && !verifyDeviceList(owner, identity, devices)) throw lied(username);
    const { rootKey, version: identityVersion } = identity;
    return { rootKey, identityVersion, devicesCounter: devices?.counter ?? 0n };
  }
}

async function unlessUnknown<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof RefusalError && error.code === "no_package") return undefined;
    throw error;
  }
}

const lied = (name: string): Failure =>
  new Failure(
    "server_lied",
    `What the server says of ${name} is not signed as it must be. Do not rely on this server.`,
  );
