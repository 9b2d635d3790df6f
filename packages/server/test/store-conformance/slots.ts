/** Write-once slots. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { bytes, HOUR } from "./samples.ts";
import type { OpenStore } from "./store-under-test.ts";

export function slotConformance(open: OpenStore): void {
  test("the first entry of a slot stays, and who wrote it may ask again", async () => {
    await using opened = await open();
    const first = { name: bytes(32), entry: bytes(100), signature: bytes(64), expiresHour: HOUR + 1 };
    assert.equal(await opened.store.slot(first.name), null);
    assert.deepEqual(await opened.store.putSlot(first), { kind: "won" });
    assert.deepEqual(await opened.store.putSlot(first), { kind: "won" });
    const store = await opened.reopen();
    const { entry, signature } = first;
    const second = { ...first, entry: bytes(100), signature: bytes(64) };
    assert.deepEqual(await store.putSlot(second), { kind: "taken", entry, signature });
    assert.deepEqual(await store.slot(first.name), { entry, signature });
  });

  test("of many that write one slot at once, one wins and all others get its entry", async () => {
    await using opened = await open();
    const name = bytes(32);
    const entries = Array.from({ length: 40 }, () => bytes(50));
    const outcomes = await Promise.all(
      entries.map((entry) => opened.store.putSlot({ name, entry, signature: bytes(64), expiresHour: HOUR + 1 })),
    );
    const winners = entries.filter((_, at) => outcomes[at]?.kind === "won");
    assert.equal(winners.length, 1);
    for (const outcome of outcomes) if (outcome.kind === "taken") assert.deepEqual(outcome.entry, winners[0]);
  });
}
