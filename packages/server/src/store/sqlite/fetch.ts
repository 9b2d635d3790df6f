/** Fetch and acknowledge: the hot path out. */
import type { Store } from "../store.ts";
import { blob, integer } from "./columns.ts";
import type { Database } from "./database.ts";
import type { Operation } from "./operation.ts";

export function fetchOperations({ sqlite }: Database) {
  const find = sqlite.prepare("SELECT id FROM mailbox WHERE address = ?");
  const cellsBehind = sqlite.prepare(
    "SELECT cursor, body FROM cell WHERE mailbox = ? AND cursor > ? AND expires_hour > ? ORDER BY cursor LIMIT ?",
  );
  const remove = sqlite.prepare("DELETE FROM cell WHERE mailbox = ? AND cursor <= ? RETURNING keyed, bytes");
  const subtract = sqlite.prepare(
    "UPDATE mailbox SET cells = cells - ?, keyed_cells = keyed_cells - ?, bytes = bytes - ? WHERE id = ?",
  );

  const fetch: Operation<Store["fetch"]> = ({ address, cursor, cellsMax, bytesMax, hour }) => {
    const mailbox = find.get(address);
    if (mailbox === undefined) return null;
    const cells: { cursor: number; body: Uint8Array }[] = [];
    let bytes = 0;
    // One more than asked for tells whether there is more.
    for (const row of cellsBehind.iterate(integer(mailbox, "id"), cursor, hour, cellsMax + 1)) {
      const body = blob(row, "body");
      bytes += body.length;
      if (cells.length === cellsMax || (cells.length > 0 && bytes > bytesMax)) return { cells, more: true };
      cells.push({ cursor: integer(row, "cursor"), body });
    }
    return { cells, more: false };
  };

  const acknowledge: Operation<Store["acknowledge"]> = ({ address, cursor }) => {
    const mailbox = find.get(address);
    if (mailbox === undefined) return false;
    const id = integer(mailbox, "id");
    const removed = remove.all(id, cursor);
    if (removed.length === 0) return true;
    let [keyed, bytes] = [0, 0];
    for (const row of removed) {
      keyed += integer(row, "keyed");
      bytes += integer(row, "bytes");
    }
    subtract.run(removed.length, keyed, bytes, id);
    return true;
  };

  return { fetch, acknowledge };
}
