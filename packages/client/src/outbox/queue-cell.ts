/** Seals cells for members' addresses and puts them into the outbox: each recipient gets a sealing of its own. */
import { limits as protocolLimits } from "@quicprochat/protocol";
import type { Member } from "../conversation/members.ts";
import { type CellContent, sealGroupCell } from "../envelope/group-cell.ts";
import type { Draft } from "../step/draft.ts";
import { rowWaits } from "./message-progress.ts";
import { type OutboxCell, type OutboxRow, outboxCells, outboxRows } from "./outbox-row.ts";

type Cell = Pick<OutboxRow, "purpose" | "groupId" | "epoch" | "messageKey"> & {
  /** env_n of that epoch. */
  readonly secret: Uint8Array;
  readonly content: CellContent;
};

const EMPTY = new Uint8Array(0);

/** False when the member has no address, or no cell is large enough. */
export function queueGroupCell(draft: Draft, member: Member, cell: Cell): boolean {
  const { delivery } = member;
  if (delivery === undefined) return false;
  const door = delivery.kind === "door";
  const bytesMin = door ? protocolLimits.doorCellBytesMin : 0;
  const sealed = sealGroupCell(cell.secret, cell.content, draft.random, { bytesMin });
  if (sealed === undefined) return false;
  const { purpose, groupId, epoch, messageKey } = cell;
  const { user, deviceId } = member;
  const { address } = delivery;
  const doorKey = delivery.kind === "door" ? delivery.doorKey : EMPTY;
  queueCell(draft, { purpose, groupId, epoch, messageKey, user, deviceId, address, door, doorKey, cell: sealed });
  return true;
}

export function queueCell(draft: Draft, { cell, ...row }: Omit<OutboxCell, "id">): void {
  const key = draft.nextKey();
  draft.put(outboxRows, key, { ...row, id: draft.random(protocolLimits.messageIdBytes) });
  draft.put(outboxCells, key, cell);
  if (row.purpose === "message") rowWaits(draft, row.messageKey);
  draft.act({ kind: "deliver" });
}
