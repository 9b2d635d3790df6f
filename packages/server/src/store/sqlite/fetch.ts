/** Fetch and acknowledge: the hot path out. */
import type { DatabaseSync } from "node:sqlite";
import type { Fetch, Fetched, Store } from "../store.ts";
import { cursorAt, cursorMax, lastPlaceOf, placeOf } from "./cell-place.ts";
import { blob, integer, type Row } from "./columns.ts";
import type { Operation } from "./operation.ts";

type Cell = { readonly cursor: number; readonly body: Uint8Array };

export function fetchOperations(sqlite: DatabaseSync) {
  const find = sqlite.prepare("SELECT id, cells FROM mailbox WHERE address = ?");
  const cellsBehind =
    `SELECT ${cursorAt} AS cursor, body FROM cell WHERE place > ${placeOf("?1", "?2")} ` +
    `AND place <= ${lastPlaceOf("?1")} AND expires_hour > ?3 ORDER BY place LIMIT ?4`;
  const oneCell = sqlite.prepare(cellsBehind);
  const manyCells = sqlite.prepare(cellsBehind);
  const remove = sqlite.prepare(
    `DELETE FROM cell WHERE place BETWEEN ${placeOf("?1", 0)} AND ${placeOf("?1", "?2")} RETURNING keyed, bytes`,
  );
  const subtract = sqlite.prepare(
    "UPDATE mailbox SET cells = cells - ?, keyed_cells = keyed_cells - ?, bytes = bytes - ? WHERE id = ?",
  );

  const fetch: Operation<Store["fetch"]> = (read) => {
    const mailbox = find.get(read.address);
    if (mailbox === undefined) return null;
    const count = integer(mailbox, "cells");
    // Most readers find nothing or one cell: an iterator costs twice as much as that.
    if (count === 0) return { cells: [], more: false };
    if (count > 1) return fetchMany(integer(mailbox, "id"), read);
    const row = oneCell.get(integer(mailbox, "id"), Math.min(read.cursor, cursorMax), read.hour, 1);
    return { cells: row === undefined ? [] : [cellOf(row)], more: false };
  };

  function fetchMany(mailbox: number, { cursor, cellsMax, bytesMax, hour }: Fetch): Fetched {
    const cells: Cell[] = [];
    let bytes = 0;
    // One more than asked for tells whether there is more.
    for (const row of manyCells.iterate(mailbox, Math.min(cursor, cursorMax), hour, cellsMax + 1)) {
      const cell = cellOf(row);
      bytes += cell.body.length;
      if (cells.length === cellsMax || (cells.length > 0 && bytes > bytesMax)) return { cells, more: true };
      cells.push(cell);
    }
    return { cells, more: false };
  }

  const acknowledge: Operation<Store["acknowledge"]> = ({ address, cursor }) => {
    const mailbox = find.get(address);
    if (mailbox === undefined) return false;
    const id = integer(mailbox, "id");
    const removed = remove.all(id, Math.min(cursor, cursorMax));
    if (removed.length === 0) return true;
    let [keyed, bytes] = [0, 0];
    for (const row of removed) {
      keyed += integer(row, "keyed");
      bytes += integer(row, "bytes");
    }
    subtract.run(removed.length, keyed, bytes, id);
    return true;
  };

  const count = sqlite.prepare("SELECT coalesce(sum(cells), 0) AS cells FROM mailbox");
  const cellCount: Operation<Store["cellCount"]> = () => integer(count.get() ?? {}, "cells");

  return { fetch, acknowledge, cellCount };
}

const cellOf = (row: Row): Cell => ({ cursor: integer(row, "cursor"), body: blob(row, "body") });
