/** Expiry. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Store } from "../../src/store/store.ts";
import { bytes, cellTo, fetchAll, HOUR, makeMailbox } from "./samples.ts";
import type { OpenStore } from "./store-under-test.ts";

async function keepUp(store: Store, hour: number): Promise<number> {
  let steps = 1;
  while (await store.upkeep({ hour, rowsMax: 10, pagesMax: 50 })) steps++;
  return steps;
}

export function upkeepConformance(open: OpenStore): void {
  test("a cell is there for its whole life and not an hour longer", async () => {
    await using opened = await open();
    const { store } = opened;
    const address = await makeMailbox(store);
    await store.enqueue(cellTo({ address }, { expiresHour: HOUR + 2 }));
    await keepUp(store, HOUR + 1);
    assert.equal((await fetchAll(store, address, 0, HOUR + 1)).length, 1);
    assert.equal((await fetchAll(store, address, 0, HOUR + 2)).length, 0, "also before the upkeep has come by");
    await keepUp(store, HOUR + 2);
    assert.equal((await fetchAll(store, address, 0, HOUR + 1)).length, 0);
  });

  test("what expires is deleted in small steps and leaves its mailbox room", async () => {
    await using opened = await open();
    const { store } = opened;
    const address = await makeMailbox(store);
    const body = bytes(4_096);
    await Promise.all(
      Array.from({ length: 95 }, () => store.enqueue(cellTo({ address }, { body, expiresHour: HOUR + 1 }))),
    );
    await store.enqueue(cellTo({ address }, { expiresHour: HOUR + 9 }));
    assert.ok((await keepUp(store, HOUR + 1)) >= 10);
    assert.equal((await fetchAll(store, address)).length, 1);
    await keepUp(store, HOUR + 9);
    assert.equal((await fetchAll(store, address)).length, 0);
  });

  test("slots expire, and so does the memory of a message", async () => {
    await using opened = await open();
    const { store } = opened;
    const address = await makeMailbox(store);
    const slot = { name: bytes(32), entry: bytes(10), signature: bytes(64), expiresHour: HOUR + 1 };
    const enqueue = cellTo({ address }, { expiresHour: HOUR + 1 });
    await store.putSlot(slot);
    await store.enqueue(enqueue);
    await keepUp(store, HOUR + 1);
    assert.equal(await store.slot(slot.name), null);
    await store.enqueue({ ...enqueue, expiresHour: HOUR + 5 });
    assert.equal((await fetchAll(store, address)).length, 1);
  });
}
