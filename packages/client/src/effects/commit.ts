/** Brings a group's intents into its slot chain: puts the pending commit, applies whoever won, tries again with what is left. */
import { setTimeout as sleep } from "node:timers/promises";
import { toHex } from "@quicprochat/bytes";
import { RefusalError, type SlotPutResponse } from "@quicprochat/protocol";
import type { PendingCommit } from "../conversation/pending-commit.ts";
import { Failure } from "../failure.ts";
import { receiveHeldCells } from "../inbox/receive-cell.ts";
import { limits } from "../limits.ts";
import { planCommit } from "../step/plan-commit.ts";
import { settlePut } from "../step/settle-put.ts";
import type { Core } from "./core.ts";
import type { Network } from "./network.ts";
import { SingleFlight } from "./single-flight.ts";

type CommittingOptions = {
  readonly core: Core;
  readonly network: Pick<Network, "putSlot">;
  readonly signal: AbortSignal;
  /** Fetches what waits: who loses many slots in a row must not leave epochs whose messages it has not read. */
  readonly catchUp: () => Promise<void>;
};

export class Committing {
  readonly #options: CommittingOptions;
  readonly #flights = new Map<string, SingleFlight>();

  constructor(options: CommittingOptions) {
    this.#options = options;
  }

  /** Resolves when the group has no intents left. Throws when the server cannot be reached, or an intent cannot be. */
  async run(groupId: Uint8Array): Promise<void> {
    const name = toHex(groupId);
    let flight = this.#flights.get(name);
    if (flight === undefined) {
      flight = new SingleFlight(() => this.#settle(groupId));
      this.#flights.set(name, flight);
    }
    await flight.run();
  }

  async #settle(groupId: Uint8Array): Promise<void> {
    const { core, signal } = this.#options;
    // Others may win some slots in a row; beyond that something is wrong.
    for (let attempt = 0; attempt < limits.commitAttemptsMax && !signal.aborted; attempt++) {
      const plan = core.step((draft) => planCommit(draft, core.self, groupId));
      if (plan.kind === "nothing") return;
      if (plan.kind === "refused") throw plan.failure;
      const { pending } = plan;
      const reply = await this.#put(pending);
      const settled = core.step((draft) => {
        const outcome = settlePut(draft, core.self, { groupId, pending, reply });
        receiveHeldCells(draft, core.self);
        return outcome;
      });
      if (settled === "lied") throw lied();
      if (settled !== "won") await this.#options.catchUp();
    }
  }

  /** A lost reply is answered by putting the same entry again: whoever won, won. */
  async #put(pending: PendingCommit): Promise<SlotPutResponse> {
    const { network, signal } = this.#options;
    for (let attempt = 1; ; attempt++) {
      try {
        return await network.putSlot(pending, signal);
      } catch (error) {
        const wait = error instanceof RefusalError && error.code === "rate_limited";
        if (!wait || attempt >= limits.callAttemptsMax) throw error;
        await sleep(Math.max(error.retryAfterMs, limits.retryMsMin), undefined, { signal });
      }
    }
  }
}

export const lied = (): Failure =>
  new Failure("server_lied", "The server answered with a receipt that does not hold. Do not rely on this server.");
