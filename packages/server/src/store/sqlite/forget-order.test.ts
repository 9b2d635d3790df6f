import assert from "node:assert/strict";
import { DatabaseSync, type SQLOutputValue } from "node:sqlite";
import { test } from "node:test";
import { Scratch } from "../../../test/scratch.ts";
import { bytes, cellTo, fetchAll, HOUR } from "../../../test/store-conformance/samples.ts";
import type { Store } from "../store.ts";
import { kyselyOver } from "./kysely-dialect.ts";
import { migrations } from "./schema.ts";

type Rows = readonly Readonly<Record<string, SQLOutputValue>>[];

function read(path: string, statement: string): Rows {
  const sqlite = new DatabaseSync(path, { readOnly: true });
  const rows = sqlite.prepare(statement).all();
  sqlite.close();
  return rows;
}

/** Each makes a door and then a private mailbox, as a new device does. */
async function makePeople(store: Store, count: number): Promise<void> {
  for (let at = 0; at < count; at++) {
    const door = { username: `person${at}`, deviceId: bytes(16), address: bytes(32), keyHash: null, open: true };
    await store.putDoor(door);
    await store.createMailbox(bytes(32));
  }
}

test("the mailbox that somebody made next to a door does not stand next to it", async () => {
  using scratch = new Scratch();
  const people = 40;
  await (async () => {
    await using store = await scratch.store();
    await makePeople(store, people);
  })();
  const rows = read(scratch.file("server.db"), "SELECT is_door FROM mailbox ORDER BY id");
  const neighbours = rows.filter((row, at) => at % 2 === 0 && row["is_door"] !== rows[at + 1]?.["is_door"]);
  assert.equal(rows.length, 2 * people);
  assert.ok(neighbours.length < people, "in the order of making all were door, mailbox, door, mailbox");
});

test("no table but those of accounts numbers its rows in the order of their coming", async () => {
  using scratch = new Scratch();
  await (await scratch.store())[Symbol.asyncDispose]();
  const tables = read(scratch.file("server.db"), "SELECT name, wr FROM pragma_table_list WHERE schema = 'main'");
  const numbered = tables.filter(({ name, wr }) => wr === 0 && !String(name).startsWith("sqlite_"));
  const ofAccounts = ["account", "device", "door", "key_package", "last_resort"];
  // Their numbers are their keys: random ones, and those of cells within their mailboxes.
  assert.deepEqual(numbered.map(({ name }) => String(name)).sort(), [...ofAccounts, "cell", "mailbox"].sort());
  for (const table of ["cell", "mailbox"]) {
    const keys = read(scratch.file("server.db"), `SELECT name, type FROM pragma_table_info('${table}') WHERE pk = 1`);
    assert.deepEqual(
      keys.map(({ type }) => type),
      ["INTEGER"],
      `${table} has no other number than its key`,
    );
  }
});

test("a database of the first version keeps mailboxes, cells, ids and slots", async () => {
  using scratch = new Scratch();
  const [address, other, id, name, entry] = [bytes(32), bytes(32), bytes(16), bytes(32), bytes(10)];
  const body = bytes(1_024);
  const sqlite = new DatabaseSync(scratch.file("server.db"));
  const [first] = migrations;
  await first?.(kyselyOver(sqlite));
  sqlite.exec("PRAGMA user_version = 1");
  const insertMailbox = sqlite.prepare("INSERT INTO mailbox VALUES (?, ?, 0, ?, ?, 0, ?)");
  insertMailbox.run(1, other, 1, 0, 0);
  insertMailbox.run(2, address, 8, 1, body.length);
  sqlite.prepare("INSERT INTO cell VALUES (2, 7, 0, ?, ?, ?)").run(body.length, HOUR + 10, body);
  sqlite.prepare("INSERT INTO message_id VALUES (2, ?, ?)").run(id, HOUR + 10);
  sqlite.prepare("INSERT INTO slot VALUES (?, ?, ?, ?)").run(name, HOUR + 10, bytes(64), entry);
  sqlite.close();

  await using store = await scratch.store();
  assert.deepEqual(await fetchAll(store, address), [{ cursor: 7, body }]);
  assert.deepEqual(await store.enqueue(cellTo({ address, id })), ["stored"]);
  assert.equal((await fetchAll(store, address)).length, 1, "its id is known");
  await store.enqueue(cellTo({ address }));
  assert.deepEqual(
    (await fetchAll(store, address)).map(({ cursor }) => cursor),
    [7, 8],
  );
  assert.deepEqual(await fetchAll(store, other), []);
  assert.deepEqual((await store.slot(name))?.entry, entry);
});
