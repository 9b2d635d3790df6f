/** MLS states during a step: the newest of each group, and which of its parts must be written when the step is committed. */
import { concatBytes, fromHex, toHex } from "@quicprochat/bytes";
import type { ChangedParts, GroupState } from "@quicprochat/mls";

/** The states that a step begins with. */
export interface States {
  state(name: string): GroupState | undefined;
}

export type StateChange =
  | {
      readonly kind: "written";
      readonly state: GroupState;
      readonly parts: ReadonlySet<string> | "all";
      readonly deleted: ReadonlySet<string>;
    }
  | { readonly kind: "forgotten" };

/** A group's state, and beside it the one that a commit of ours would lead to. */
export const stateName = (groupId: Uint8Array): string => toHex(groupId);
export const pendingStateName = (groupId: Uint8Array): string => `${toHex(groupId)}${PENDING}`;

const PENDING = "+";

/** Where the parts of a state lie: the group's id, then which of the two it is. */
export function statePrefix(name: string): Uint8Array {
  const pending = name.endsWith(PENDING);
  const id = fromHex(pending ? name.slice(0, -PENDING.length) : name);
  return concatBytes(id, Uint8Array.of(pending ? 1 : 0));
}

export class GroupStates implements States {
  readonly #outer: States;
  readonly #changes = new Map<string, StateChange>();

  constructor(outer: States) {
    this.#outer = outer;
  }

  state(name: string): GroupState | undefined {
    const change = this.#changes.get(name);
    if (change === undefined) return this.#outer.state(name);
    return change.kind === "written" ? change.state : undefined;
  }

  /** `changed` as the step that made `state` says; `"all"` for a state that was not stored before. */
  adopt(name: string, state: GroupState, changed: ChangedParts | "all"): void {
    const before = this.#changes.get(name);
    const written = before?.kind === "written" ? before : { parts: new Set<string>(), deleted: new Set<string>() };
    if (changed === "all" || written.parts === "all" || before?.kind === "forgotten") {
      this.#changes.set(name, { kind: "written", state, parts: "all", deleted: new Set() });
      return;
    }
    const parts = new Set([...written.parts, ...changed.written]);
    const deleted = new Set([...written.deleted, ...changed.deleted]);
    for (const part of changed.written) deleted.delete(part);
    for (const part of changed.deleted) parts.delete(part);
    this.#changes.set(name, { kind: "written", state, parts, deleted });
  }

  forget(name: string): void {
    this.#changes.set(name, { kind: "forgotten" });
  }

  get changes(): ReadonlyMap<string, StateChange> {
    return this.#changes;
  }

  absorb(inner: GroupStates): void {
    for (const [name, change] of inner.#changes) {
      if (change.kind === "forgotten") this.forget(name);
      else if (change.parts === "all") this.adopt(name, change.state, "all");
      else this.adopt(name, change.state, { written: [...change.parts], deleted: [...change.deleted] });
    }
  }
}
