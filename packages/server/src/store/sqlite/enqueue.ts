/** Enqueue: the hot path in. Lane, cap and idempotence for each address, in the transaction of the cell. */
import type { DatabaseSync } from "node:sqlite";
import type { EnqueueOutcome } from "@quicprochat/protocol";
import type { Enqueue, EnqueueItem, Store } from "../store.ts";
import { cursorMax, placeOf } from "./cell-place.ts";
import { blobOrNull, integer, type Row } from "./columns.ts";
import type { Operation } from "./operation.ts";

type Place =
  | { readonly kind: "taken"; readonly mailbox: number; readonly cursor: number; readonly keyed: boolean }
  | { readonly kind: "refused"; readonly outcome: EnqueueOutcome };

export function enqueueOperations(sqlite: DatabaseSync) {
  const findMailbox = sqlite.prepare(
    "SELECT id, next_cursor, cells, bytes FROM mailbox WHERE address = ? AND is_door = 0",
  );
  const findDoor = sqlite.prepare(
    "SELECT m.id, m.next_cursor, m.cells, m.keyed_cells, d.key_hash, d.open FROM mailbox m JOIN door d USING (address) WHERE m.address = ?",
  );
  const knowsId = sqlite.prepare("SELECT 1 FROM message_id WHERE mailbox = ? AND id = ?");
  const insertId = sqlite.prepare("INSERT INTO message_id (mailbox, id, expires_hour) VALUES (?, ?, ?)");
  const insertCell = sqlite.prepare(
    `INSERT INTO cell (place, keyed, bytes, expires_hour, body) VALUES (${placeOf("?1", "?2")}, ?3, ?4, ?5, ?6)`,
  );
  // A counter of each mailbox: with ids of one sequence a reader could skip what commits out of order.
  const advance = sqlite.prepare(
    "UPDATE mailbox SET next_cursor = next_cursor + 1, cells = cells + 1, keyed_cells = keyed_cells + ?, bytes = bytes + ? WHERE id = ?",
  );

  const enqueue: Operation<Store["enqueue"]> = (request) => request.items.map((item) => enqueueOne(request, item));

  function enqueueOne(request: Enqueue, item: EnqueueItem): EnqueueOutcome {
    const row = (request.to === "doors" ? findDoor : findMailbox).get(item.address);
    if (row === undefined) return "mailbox_unknown";
    const mailbox = integer(row, "id");
    if (knowsId.get(mailbox, item.id) !== undefined) return "stored";
    const { body, expiresHour } = request;
    if (integer(row, "next_cursor") > cursorMax) return "mailbox_full";
    const place = request.to === "doors" ? placeInDoor(row, request, item) : placeInMailbox(row, request);
    if (place.kind === "refused") return place.outcome;
    const keyed = place.keyed ? 1 : 0;
    insertId.run(mailbox, item.id, expiresHour);
    insertCell.run(mailbox, place.cursor, keyed, body.length, expiresHour, body);
    advance.run(keyed, body.length, mailbox);
    return "stored";
  }

  return { enqueue };
}

function placeInMailbox(row: Row, { body, caps }: Enqueue): Place {
  const full =
    integer(row, "cells") >= caps.mailboxCellsMax || integer(row, "bytes") + body.length > caps.mailboxBytesMax;
  return full ? { kind: "refused", outcome: "mailbox_full" } : taken(row, false);
}

/** Whoever shows no key, or one that was replaced, is a stranger. */
function placeInDoor(row: Row, { caps }: Enqueue, { doorKeyHash }: EnqueueItem): Place {
  const keyHash = blobOrNull(row, "key_hash");
  const keyed = keyHash !== null && doorKeyHash !== null && Buffer.compare(keyHash, doorKeyHash) === 0;
  if (!keyed && integer(row, "open") === 0) return { kind: "refused", outcome: "door_closed" };
  const keyedCells = integer(row, "keyed_cells");
  const full = keyed
    ? keyedCells >= caps.doorKeyedCellsMax
    : integer(row, "cells") - keyedCells >= caps.doorOpenCellsMax;
  return full ? { kind: "refused", outcome: "mailbox_full" } : taken(row, keyed);
}

const taken = (row: Row, keyed: boolean): Place => ({
  kind: "taken",
  mailbox: integer(row, "id"),
  cursor: integer(row, "next_cursor"),
  keyed,
});
