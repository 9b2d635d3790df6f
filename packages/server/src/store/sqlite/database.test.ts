import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { needsProgram } from "../../../../../scripts/needs.ts";
import { Scratch } from "../../../test/scratch.ts";
import { bytes, cellTo, fetchAll, HOUR, makeMailbox } from "../../../test/store-conformance/samples.ts";
import { limits } from "../../limits.ts";
import { ServerError } from "../../server-error.ts";
import type { Store } from "../store.ts";
import { openDatabase, readInteger } from "./database.ts";
import { migrations } from "./schema.ts";
import { schemaVersion } from "./schema-version.ts";
import { openSqliteStore } from "./sqlite-store.ts";

const checkedBytesMax = limits.checkedDatabaseBytesMax;

test("every open makes the database durable, also the second", async () => {
  using scratch = new Scratch();
  for (let round = 0; round < 2; round++) {
    const sqlite = await openDatabase({ path: scratch.file("server.db"), checkedBytesMax });
    const FULL = 2;
    assert.equal(readInteger(sqlite, "PRAGMA synchronous"), FULL);
    assert.deepEqual(sqlite.prepare("PRAGMA journal_mode").get(), { __proto__: null, journal_mode: "wal" });
    assert.equal(readInteger(sqlite, "PRAGMA user_version"), schemaVersion);
    sqlite.close();
  }
});

test("the schema's version counts its migrations", () => {
  assert.equal(schemaVersion, migrations.length);
});

test("data that a newer version has written is refused and left alone", async () => {
  using scratch = new Scratch();
  await (await scratch.store())[Symbol.asyncDispose]();
  const database = new DatabaseSync(scratch.file("server.db"));
  database.exec(`PRAGMA user_version = ${schemaVersion + 1}`);
  database.close();
  const before = readFileSync(scratch.file("server.db"));
  await assert.rejects(scratch.store(), { name: "ServerError", code: "data_newer", message: /newer version.*Update/ });
  assert.deepEqual(readFileSync(scratch.file("server.db")), before);
});

test("a damaged database is refused", async (context) => {
  using scratch = new Scratch();
  await (async () => {
    await using store = await scratch.store();
    const address = await makeMailbox(store);
    for (let sent = 0; sent < 50; sent++) await store.enqueue(cellTo({ address }, { body: bytes(1_000) }));
  })();
  const whole = readFileSync(scratch.file("server.db"));
  const damages: readonly (readonly [string, Uint8Array])[] = [
    ["another file", bytes(whole.length)],
    ["cut short", whole.subarray(0, whole.length / 2)],
    ["pages overwritten", Buffer.concat([whole.subarray(0, 4_096), bytes(whole.length - 4_096)])],
  ];
  for (const [name, content] of damages) {
    await context.test(name, async () => {
      for (const rest of ["server.db-wal", "server.db-shm"]) rmSync(scratch.file(rest), { force: true });
      writeFileSync(scratch.file("server.db"), content);
      await assert.rejects(scratch.store(), { name: "ServerError", code: "data_damaged", message: /damaged.*backup/ });
    });
  }
});

test("space comes back after deletion", async () => {
  using scratch = new Scratch();
  await using store = await scratch.store();
  const address = await makeMailbox(store);
  const body = bytes(16_384);
  const send = () => store.enqueue(cellTo({ address }, { body, caps: limits }));
  await Promise.all(Array.from({ length: 300 }, send));
  const last = (await fetchAll(store, address)).length;
  assert.equal(last, 64);
  await store.acknowledge({ address, cursor: 1_000 });
  while (await store.upkeep({ hour: HOUR, rowsMax: 100, pagesMax: 500 }));
  await store.accountCount();
  assert.ok(statSync(scratch.file("server.db")).size < 1_000_000);
});

test("a full disk refuses, reads go on, and with space again so does writing", { skip: cannotMount() }, async () => {
  using scratch = new Scratch();
  const small = scratch.file("small");
  mkdirSync(small);
  assert.equal(spawnSync("mount", ["-t", "tmpfs", "-o", "size=2m", "tmpfs", small]).status, 0);
  try {
    writeFileSync(`${small}/ballast`, bytes(600_000));
    await using store = await openSqliteStore({ path: `${small}/server.db`, limits });
    const address = await makeMailbox(store);
    const confirmed = await fillDisk(store, address);
    assert.ok(confirmed > 0);
    const count = async () =>
      (await store.fetch({ address, cursor: 0, cellsMax: 10_000, bytesMax: 1e9, hour: HOUR }))?.cells.length;
    assert.equal(await count(), confirmed);
    // The checkpoint behind it finds no space for the database either.
    await store.upkeep({ hour: HOUR, rowsMax: 100, pagesMax: 100 });
    assert.equal(await count(), confirmed);
    rmSync(`${small}/ballast`);
    assert.deepEqual(await store.enqueue(cellTo({ address }, { caps: limits })), ["stored"]);
    assert.equal(await count(), confirmed + 1);
  } finally {
    spawnSync("umount", [small]);
  }
});

/** How many cells were confirmed before the disk was full. */
async function fillDisk(store: Store, address: Uint8Array): Promise<number> {
  for (let confirmed = 0; ; ) {
    const batch = Array.from({ length: 10 }, () =>
      store.enqueue(cellTo({ address }, { body: bytes(4_096), caps: limits })),
    );
    const outcomes = await Promise.allSettled(batch);
    confirmed += outcomes.filter(({ status }) => status === "fulfilled").length;
    const refused = outcomes.find((outcome) => outcome.status === "rejected");
    if (refused === undefined) continue;
    const reason: unknown = refused.reason;
    assert.ok(reason instanceof ServerError && reason.code === "unavailable");
    assert.match(reason.message, /disk is full/);
    return confirmed;
  }
}

function cannotMount(): string | false {
  const missing = needsProgram("mount");
  if (missing !== false) return missing;
  return process.platform === "linux" && process.getuid?.() === 0 ? false : "mounting needs root on Linux";
}
