/** One fetched cell: opened by whichever epoch it was sealed in, else a door cell, else held. docs/protocol.md, "Cells". */
import { groups } from "../conversation/group.ts";
import type { Draft } from "../step/draft.ts";
import type { Self } from "../step/self.ts";
import type { DoorKeys } from "./door-keys.ts";
import { holdCell, retryHeldCells } from "./held-cells.ts";
import { type OpenedCell, openByEpoch } from "./open-by-epoch.ts";
import { receiveContent } from "./receive-content.ts";
import { receiveDoorCell } from "./receive-door-cell.ts";
import { receiveNotice } from "./receive-notice.ts";

export type Cell = { readonly body: Uint8Array; readonly door: boolean };

/** Whatever the cell holds, this does not throw on it. */
export function receiveCell(draft: Draft, self: Self, cell: Cell, doorKeys: DoorKeys): void {
  draft.enteredEpoch = false;
  const opened = openByEpoch(draft, cell.body);
  if (opened !== undefined) receiveOpened(draft, self, opened);
  else if (!cell.door || !receiveDoorCell(draft, self, cell.body, doorKeys)) holdCell(draft, cell);
  receiveHeldCells(draft, self);
}

/** What was held for an epoch that has been entered since. */
export function receiveHeldCells(draft: Draft, self: Self): void {
  if (draft.enteredEpoch) retryHeldCells(draft, (inner, body) => receiveHeld(inner, self, body));
}

/** False when no epoch opens it yet. */
function receiveHeld(draft: Draft, self: Self, body: Uint8Array): boolean {
  const opened = openByEpoch(draft, body);
  if (opened === undefined) return false;
  receiveOpened(draft, self, opened);
  return true;
}

function receiveOpened(draft: Draft, self: Self, opened: OpenedCell): void {
  const group = draft.get(groups, opened.groupId);
  if (group === undefined) return;
  const { content, epoch } = opened;
  switch (content.kind) {
    case "mls-message":
      return receiveContent(draft, group, { message: content.message, epoch });
    case "commit-notice":
      return receiveNotice(draft, self, group, { notice: content.notice, epoch });
    // Fragments and blobs are not sent yet, and dummies say nothing.
    case "dummy":
    case "unsupported":
      return;
  }
}
