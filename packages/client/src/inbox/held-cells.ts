/** Cells that wait for an epoch that is still to come: at most 64, at most 7 days. */

import { groups } from "../conversation/group.ts";
import { limits } from "../limits.ts";
import { fallBehind } from "../step/behind.ts";
import { Draft } from "../step/draft.ts";
import { isOfOurVault } from "./cell-fault.ts";
import { type HeldCell, heldCells } from "./held-cell.ts";

export function holdCell(draft: Draft, { body, door }: { readonly body: Uint8Array; readonly door: boolean }): void {
  const held = draft.list(heldCells);
  const surplus = Math.max(0, held.length + 1 - limits.heldCellsMax);
  for (const [at, { key, value }] of held.entries()) {
    if (at < surplus || isOver(value, draft.now)) draft.delete(heldCells, key);
  }
  draft.put(heldCells, draft.nextKey(), { body, door, heldAt: draft.now });
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
    for (const { key, value } of draft.list(heldCells)) {
      if (isOver(value, draft.now) || isDone(draft, value, receive)) draft.delete(heldCells, key);
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

const isOver = ({ heldAt }: HeldCell, now: number): boolean => heldAt + limits.heldMsMax <= now;
