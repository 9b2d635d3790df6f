/** Migration 2: no id and no rowid tells any more in which order mailboxes were made, cells and slots came, packages went. */
import { type Kysely, sql } from "kysely";
import { placeOf } from "./cell-place.ts";

/** A collision of random ids ends the migration, which the next start tries again. */
const steps: readonly string[] = [
  "CREATE TABLE moved (before INTEGER PRIMARY KEY, after INTEGER NOT NULL UNIQUE)",
  "INSERT INTO moved SELECT id, random() & 16777215 FROM mailbox",
  "CREATE TABLE new_mailbox (id INTEGER PRIMARY KEY, address BLOB NOT NULL UNIQUE, is_door INTEGER NOT NULL, " +
    "next_cursor INTEGER NOT NULL, cells INTEGER NOT NULL, keyed_cells INTEGER NOT NULL, bytes INTEGER NOT NULL)",
  "INSERT INTO new_mailbox SELECT after, address, is_door, next_cursor, cells, keyed_cells, bytes " +
    "FROM mailbox JOIN moved ON before = id ORDER BY after",
  // The small columns come first: counting and expiring read no body.
  "CREATE TABLE new_cell (place INTEGER PRIMARY KEY, keyed INTEGER NOT NULL, bytes INTEGER NOT NULL, " +
    "expires_hour INTEGER NOT NULL, body BLOB NOT NULL)",
  `INSERT INTO new_cell SELECT ${placeOf("after", "cursor")}, keyed, bytes, expires_hour, body ` +
    "FROM cell JOIN moved ON before = mailbox ORDER BY 1",
  "CREATE TABLE new_message_id (mailbox INTEGER NOT NULL, id BLOB NOT NULL, expires_hour INTEGER NOT NULL, " +
    "PRIMARY KEY (mailbox, id)) WITHOUT ROWID",
  "INSERT INTO new_message_id SELECT after, id, expires_hour FROM message_id JOIN moved ON before = mailbox ORDER BY 1, 2",
  "CREATE TABLE new_slot (name BLOB PRIMARY KEY NOT NULL, expires_hour INTEGER NOT NULL, signature BLOB NOT NULL, " +
    "entry BLOB NOT NULL) WITHOUT ROWID",
  "INSERT INTO new_slot SELECT name, expires_hour, signature, entry FROM slot ORDER BY name",
  // Whose packages one person claimed together is who is in a group with them.
  "CREATE TABLE new_claimed_package (username TEXT NOT NULL, device_id BLOB NOT NULL, hash BLOB NOT NULL, " +
    "expires_hour INTEGER NOT NULL, PRIMARY KEY (username, device_id, hash)) WITHOUT ROWID",
  "INSERT INTO new_claimed_package SELECT username, device_id, hash, expires_hour FROM claimed_package ORDER BY 1, 2, 3",
  "DROP TABLE moved",
];

const tables = ["mailbox", "cell", "message_id", "slot", "claimed_package"];
const expiring = ["cell", "message_id", "slot", "claimed_package"];

export async function forgetOrder<Tables>(db: Kysely<Tables>): Promise<void> {
  const replacing = tables.flatMap((table) => [`DROP TABLE ${table}`, `ALTER TABLE new_${table} RENAME TO ${table}`]);
  const indexes = expiring.map((table) => `CREATE INDEX ${table}_expiry ON ${table} (expires_hour)`);
  for (const step of [...steps, ...replacing, ...indexes]) await sql.raw(step).execute(db);
}
