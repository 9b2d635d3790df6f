/** Cells that wait for an epoch that is still to come: at most 64, at most 7 days. */

import { groups } from "../conversation/group.ts";
import { limits } from "../limits.ts";
import { fallBehind } from "../step/behind.ts";
import { Draft } from "../step/draft.ts";
import { isOfOurVault } from "./cell-fault.ts";
import { type HeldCell, heldCells, heldKey, heldSince } from "./held-cell.ts";

export function holdCell(draft: Draft, { body, door }: { readonly body: Uint8Array; readonly door: boolean }): void {
  const held = draft.keys(heldCells);
  const surplus = Math.max(0, held.length + 1 - limits.heldCellsMax);
  for (const [at, key] of held.entries()) if (at < surplus || isOver(key, draft.now)) draft.delete(heldCells, key);
  draft.put(heldCells, heldKey(draft.now, draft.nextKey()), { body, door });
  // Somebody may have committed without our hearing of it; which group it is, the cell does not tell. At the door
  // anybody may leave anything: it counts only for groups that do not know our mailbox yet.
  for (const { value: group } of draft.list(groups)) {
    const concerned = group.status === "active" && (!door || group.refreshDueAt > 0);
    if (concerned) fallBehind(draft, group.groupId);
  }
}

type Receive = (draft: Draft, body: Uint8Array) => boolean;

/** Again and again, for as long as one of them leads to a further epoch. `receive` is false for a cell that must wait on. */
export function retryHeldCells(draft: Draft, receive: Receive): void {
  for (let round = 0; draft.enteredEpoch && round < limits.heldCellsMax; round++) {
    draft.enteredEpoch = false;
    for (const key of draft.keys(heldCells)) {
      const cell = isOver(key, draft.now) ? undefined : draft.get(heldCells, key);
      if (cell === undefined || isDone(draft, cell, receive)) draft.delete(heldCells, key);
    }
  }
}

/** In a step of its own: what fails on one cell costs that cell, and not the step around it. */
function isDone(draft: Draft, { body }: HeldCell, receive: Receive): boolean {
  const inner = new Draft(draft, draft);
  try {
    const done = receive(inner, body);
    draft.absorb(inner);
    return done;
  } catch (error) {
    if (isOfOurVault(error)) throw error;
    return true;
  }
}

const isOver = (key: Uint8Array, now: number): boolean => heldSince(key) + limits.heldMsMax <= now;
