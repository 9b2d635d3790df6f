/** Follows a group's slot chain from where this device stands: somebody may have committed without our hearing of it. */
import { toHex } from "@quicprochat/bytes";
import type { SlotEntry } from "@quicprochat/protocol";
import { receiveHeldCells } from "../inbox/receive-cell.ts";
import { limits } from "../limits.ts";
import { applyEntry } from "../step/apply-entry.ts";
import { haveCaughtUp, signOfBehind } from "../step/behind.ts";
import { nextSlotName } from "../step/next-slot.ts";
import { lied } from "./commit.ts";
import type { Core } from "./core.ts";
import type { Network } from "./network.ts";

type WalkingOptions = {
  readonly core: Core;
  readonly network: Pick<Network, "walkSlots">;
  readonly signal: AbortSignal;
  /** Fetches what waits: a walk may lead past the epochs that it was sealed in. */
  readonly catchUp: () => Promise<void>;
};

export class Walking {
  readonly #options: WalkingOptions;
  readonly #underWay = new Map<string, Promise<void>>();
  readonly #walkedAt = new Map<string, number>();

  constructor(options: WalkingOptions) {
    this.#options = options;
  }

  /** One errand. A group that was walked a moment ago is left alone until later: cells that nobody can open must not cost more. */
  run(groupId: Uint8Array): Promise<void> {
    const name = toHex(groupId);
    const { core } = this.#options;
    const underWay = this.#underWay.get(name);
    if (underWay !== undefined) return underWay;
    const since = core.now() - (this.#walkedAt.get(name) ?? Number.NEGATIVE_INFINITY);
    if (since >= 0 && since < limits.walkPauseMs) return Promise.resolve();
    const walk = this.#walk(groupId).finally(() => {
      this.#underWay.delete(name);
      this.#walkedAt.set(name, core.now());
    });
    this.#underWay.set(name, walk);
    return walk;
  }

  /** Resolves when no walk is under way. */
  async idle(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.allSettled(this.#underWay.values());
  }

  async #walk(groupId: Uint8Array): Promise<void> {
    const { core, network, signal, catchUp } = this.#options;
    await catchUp();
    let name = core.look((draft) => nextSlotName(draft, groupId));
    if (name === undefined) return;
    let slots = 0;
    let sign = core.look((draft) => signOfBehind(draft, groupId));
    const next = (entry: SlotEntry | undefined): Uint8Array | undefined => {
      if (entry === undefined) core.step((draft) => haveCaughtUp(draft, groupId, sign));
      if (entry === undefined || name === undefined || ++slots > limits.walkSlotsMax) return undefined;
      const reading = { name, entry: entry.entry, signature: entry.signature, receipt: entry.receipt };
      const applied = core.step((draft) => {
        const outcome = applyEntry(draft, core.self, groupId, reading);
        receiveHeldCells(draft, core.self);
        return outcome;
      });
      if (applied === "lied") throw lied();
      name = core.look((draft) => nextSlotName(draft, groupId));
      sign = core.look((draft) => signOfBehind(draft, groupId));
      return name;
    };
    await network.walkSlots(name, next, signal);
  }
}
