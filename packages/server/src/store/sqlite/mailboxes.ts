/** Private mailboxes, and the queues behind doors: made, found, closed. */
import type { DatabaseSync } from "node:sqlite";
import type { Store } from "../store.ts";
import { freeMailboxId, lastPlaceOf, placeOf } from "./cell-place.ts";
import { integer } from "./columns.ts";
import type { Operation } from "./operation.ts";

export function mailboxOperations(sqlite: DatabaseSync) {
  const find = sqlite.prepare("SELECT is_door FROM mailbox WHERE address = ?");

  const createMailbox: Operation<Store["createMailbox"]> = (address) => {
    const known = find.get(address);
    if (known !== undefined) return integer(known, "is_door") === 0 ? "created" : "address_taken";
    insertMailbox(sqlite, { address, isDoor: false });
    return "created";
  };

  const hasMailbox: Operation<Store["hasMailbox"]> = (address) => {
    const row = find.get(address);
    return row !== undefined && integer(row, "is_door") === 0;
  };

  const closeMailbox: Operation<Store["closeMailbox"]> = (address) => deleteMailbox(sqlite, address);

  return { createMailbox, hasMailbox, closeMailbox };
}

type NewMailbox = { readonly address: Uint8Array; readonly isDoor: boolean };

export function insertMailbox(sqlite: DatabaseSync, { address, isDoor }: NewMailbox): void {
  sqlite
    .prepare(
      "INSERT INTO mailbox (id, address, is_door, next_cursor, cells, keyed_cells, bytes) VALUES (?, ?, ?, 1, 0, 0, 0)",
    )
    .run(freeMailboxId(sqlite), address, isDoor ? 1 : 0);
}

export function deleteMailbox(sqlite: DatabaseSync, address: Uint8Array): void {
  const row = sqlite.prepare("SELECT id FROM mailbox WHERE address = ?").get(address);
  if (row === undefined) return;
  const id = integer(row, "id");
  sqlite.prepare(`DELETE FROM cell WHERE place BETWEEN ${placeOf("?1", 0)} AND ${lastPlaceOf("?1")}`).run(id);
  sqlite.prepare("DELETE FROM message_id WHERE mailbox = ?").run(id);
  sqlite.prepare("DELETE FROM mailbox WHERE id = ?").run(id);
}
