/** Where a cell lies in its table: by mailbox, then by cursor, so that nothing tells in which order the server took cells. */
import { randomInt } from "node:crypto";
import type { DatabaseSync } from "node:sqlite";

/** 200 cells a second for a month, which is more than a mailbox sees in its life. */
const CURSOR_BITS = 29;
/** With the cursor's, as many bits as a JavaScript number holds exactly. */
const MAILBOX_BITS = 24;
export const cursorMax: number = 2 ** CURSOR_BITS - 1;
const MAILBOX_IDS = 2 ** MAILBOX_BITS;

/** SQL: the place of a cell, the mailbox and the cursor of a place. */
export const placeOf = (mailbox: string, cursor: string | number): string =>
  `((${mailbox} << ${CURSOR_BITS}) | ${cursor})`;
export const lastPlaceOf = (mailbox: string): string => placeOf(mailbox, cursorMax);
export const mailboxAt = `place >> ${CURSOR_BITS}`;
export const cursorAt = `place & ${cursorMax}`;

/** Random: with ids in a row, a door and the private mailbox that its owner made next would stand side by side. */
export function freeMailboxId(sqlite: DatabaseSync): number {
  const taken = sqlite.prepare("SELECT 1 FROM mailbox WHERE id = ?");
  for (;;) {
    const id = randomInt(MAILBOX_IDS);
    if (taken.get(id) === undefined) return id;
  }
}
