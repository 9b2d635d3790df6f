/** Upkeep: what has expired goes, and its space goes back to the file system, in steps that hold up nobody for long. */
import type { DatabaseSync } from "node:sqlite";
import type { Store } from "../store.ts";
import { mailboxAt } from "./cell-place.ts";
import { integer } from "./columns.ts";
import { readInteger } from "./database.ts";
import type { Operation } from "./operation.ts";

export function expiryOperations(sqlite: DatabaseSync) {
  const expireCells = sqlite.prepare(
    "DELETE FROM cell WHERE place IN (SELECT place FROM cell WHERE expires_hour <= ? LIMIT ?) " +
      `RETURNING ${mailboxAt} AS mailbox, keyed, bytes`,
  );
  const subtract = sqlite.prepare(
    "UPDATE mailbox SET cells = cells - 1, keyed_cells = keyed_cells - ?, bytes = bytes - ? WHERE id = ?",
  );
  const expireIds = sqlite.prepare(
    "DELETE FROM message_id WHERE (mailbox, id) IN (SELECT mailbox, id FROM message_id WHERE expires_hour <= ? LIMIT ?)",
  );
  const expireSlots = sqlite.prepare(
    "DELETE FROM slot WHERE name IN (SELECT name FROM slot WHERE expires_hour <= ? LIMIT ?)",
  );
  const expireClaims = sqlite.prepare(
    "DELETE FROM claimed_package WHERE (username, device_id, hash) IN " +
      "(SELECT username, device_id, hash FROM claimed_package WHERE expires_hour <= ? LIMIT ?)",
  );

  const upkeep: Operation<Store["upkeep"]> = ({ hour, rowsMax, pagesMax }) => {
    const cells = expireCells.all(hour, rowsMax);
    for (const row of cells) subtract.run(integer(row, "keyed"), integer(row, "bytes"), integer(row, "mailbox"));
    const others = [expireIds, expireSlots, expireClaims].map((statement) =>
      Number(statement.run(hour, rowsMax).changes),
    );
    if (Math.max(cells.length, ...others) >= rowsMax) return true;
    const freeBefore = readInteger(sqlite, "PRAGMA freelist_count");
    if (freeBefore === 0) return false;
    // The pragma frees one page for each row that is read from it.
    sqlite.prepare(`PRAGMA incremental_vacuum(${Math.trunc(pagesMax)})`).all();
    const freeAfter = readInteger(sqlite, "PRAGMA freelist_count");
    return freeAfter > 0 && freeAfter < freeBefore;
  };

  return { upkeep };
}
