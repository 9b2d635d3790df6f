/** Callers of the bare store, each with a private mailbox of its own and cells of 1 KiB. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { limits } from "../src/limits.ts";
import { openSqliteStore } from "../src/store/sqlite/sqlite-store.ts";
import type { Store } from "../src/store/store.ts";
import { type Lifecycle, livesPerSecond } from "./lifecycle.ts";

export const CELL_BYTES = 1_024;
const HOUR = 500_000;

/** On a fresh database; `batchMax` operations share one fsync. */
export async function bareStoreRate(callers: number, batchMax: number, ms: number): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "qpc-bench-"));
  try {
    await using store = await openSqliteStore({
      path: join(folder, "server.db"),
      limits: { ...limits, storeBatchMax: batchMax },
    });
    const lives = await Promise.all(Array.from({ length: callers }, () => newCaller(store)));
    return await livesPerSecond(lives, ms);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function newCaller(store: Store): Promise<Lifecycle> {
  const address = new Uint8Array(randomBytes(32));
  await store.createMailbox(address);
  const body = new Uint8Array(randomBytes(CELL_BYTES));
  return async () => {
    const items = [{ id: new Uint8Array(randomBytes(16)), address, doorKeyHash: null }];
    await store.enqueue({ to: "mailboxes", items, body, expiresHour: HOUR + 720, caps: limits });
    const fetched = await store.fetch({ address, cursor: 0, cellsMax: 64, bytesMax: limits.fetchBytesMax, hour: HOUR });
    assert.equal(fetched?.cells.length, 1);
    await store.acknowledge({ address, cursor: fetched.cells[0]?.cursor ?? 0 });
  };
}
