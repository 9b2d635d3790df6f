/** Private mailboxes: enqueue, fetch, acknowledge. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { bytes, cellTo, fetchAll, fill, HOUR, makeMailbox, smallCaps } from "./samples.ts";
import type { OpenStore } from "./store-under-test.ts";

export function mailboxConformance(open: OpenStore): void {
  test("cells come out in the order in which they went in, and stay until they are acknowledged", async () => {
    await using opened = await open();
    const address = await makeMailbox(opened.store);
    const bodies = Array.from({ length: 5 }, () => bytes(40));
    for (const body of bodies) assert.deepEqual(await opened.store.enqueue(cellTo({ address }, { body })), ["stored"]);
    const store = await opened.reopen();
    const cells = await fetchAll(store, address);
    assert.deepEqual(
      cells.map(({ body }) => body),
      bodies,
    );
    const [, second] = cells;
    assert.ok(second !== undefined);
    assert.equal(await store.acknowledge({ address, cursor: second.cursor }), true);
    assert.deepEqual(await fetchAll(store, address), cells.slice(2));
    assert.deepEqual(await fetchAll(store, address, cells[3]?.cursor), cells.slice(4));
  });

  test("the same id at the same address is stored once, also after it was acknowledged", async () => {
    await using opened = await open();
    const { store } = opened;
    const [address, other] = [await makeMailbox(store), await makeMailbox(store)];
    const id = bytes(16);
    for (let round = 0; round < 2; round++) assert.deepEqual(await store.enqueue(cellTo({ address, id })), ["stored"]);
    const [cell, ...rest] = await fetchAll(store, address);
    assert.ok(cell !== undefined && rest.length === 0);
    await store.acknowledge({ address, cursor: cell.cursor });
    assert.deepEqual(await store.enqueue(cellTo({ address, id })), ["stored"]);
    assert.deepEqual(await fetchAll(store, address), []);
    assert.deepEqual(await store.enqueue(cellTo({ address: other, id })), ["stored"]);
    assert.equal((await fetchAll(store, other)).length, 1);
  });

  test("a reader that follows the cursor misses nothing while many write", async () => {
    await using opened = await open();
    const { store } = opened;
    const address = await makeMailbox(store);
    const WRITERS = 20;
    const EACH = 15;
    const seen: string[] = [];
    const writers = Array.from({ length: WRITERS }, async () => {
      for (let sent = 0; sent < EACH; sent++) await store.enqueue(cellTo({ address }));
    });
    let cursor = 0;
    let writing = true;
    void Promise.all(writers).then(() => {
      writing = false;
    });
    while (writing || (await fetchAll(store, address, cursor)).length > 0) {
      for (const cell of await fetchAll(store, address, cursor)) {
        assert.ok(cell.cursor > cursor);
        cursor = cell.cursor;
        seen.push(Buffer.from(cell.body).toString("hex"));
      }
    }
    assert.equal(new Set(seen).size, WRITERS * EACH);
    assert.equal(seen.length, WRITERS * EACH);
  });

  test("the cells that wait anywhere are counted", async () => {
    await using opened = await open();
    const { store } = opened;
    assert.equal(await store.cellCount(), 0);
    const [address, other] = [await makeMailbox(store), await makeMailbox(store)];
    for (const to of [address, address, other]) await store.enqueue(cellTo({ address: to }));
    assert.equal(await store.cellCount(), 3);
    await store.acknowledge({ address, cursor: 1 });
    await store.closeMailbox(other);
    assert.equal(await store.cellCount(), 1);
  });

  test("one call to many addresses has an outcome for each", async () => {
    await using opened = await open();
    const { store } = opened;
    const address = await makeMailbox(store);
    const items = [address, bytes(32)].map((one) => ({ id: bytes(16), address: one, doorKeyHash: null }));
    assert.deepEqual(await store.enqueue(cellTo({ address }, { items })), ["stored", "mailbox_unknown"]);
  });

  test("a fetch is limited in cells and bytes, and says that there is more", async () => {
    await using opened = await open();
    const { store } = opened;
    const address = await makeMailbox(store);
    for (let sent = 0; sent < 4; sent++) await store.enqueue(cellTo({ address }, { body: bytes(100) }));
    const fetch = async (cellsMax: number, bytesMax: number) => {
      const fetched = await store.fetch({ address, cursor: 0, cellsMax, bytesMax, hour: HOUR });
      return [fetched?.cells.length, fetched?.more];
    };
    assert.deepEqual(await fetch(3, 1e6), [3, true]);
    assert.deepEqual(await fetch(4, 1e6), [4, false]);
    assert.deepEqual(await fetch(4, 250), [2, true]);
    assert.deepEqual(await fetch(4, 1), [1, true], "one cell, however large");
  });

  test("a mailbox that is closed or was never made is unknown", async () => {
    await using opened = await open();
    const { store } = opened;
    const address = await makeMailbox(store);
    await store.enqueue(cellTo({ address }));
    assert.equal(await store.hasMailbox(address), true);
    await store.closeMailbox(address);
    assert.equal(await store.hasMailbox(address), false);
    assert.equal(await store.fetch({ address, cursor: 0, cellsMax: 1, bytesMax: 1, hour: HOUR }), null);
    assert.equal(await store.acknowledge({ address, cursor: 1 }), false);
    assert.deepEqual(await store.enqueue(cellTo({ address })), ["mailbox_unknown"]);
    await store.createMailbox(address);
    assert.deepEqual(await fetchAll(store, address), [], "what was in it has gone with it");
  });

  test("a mailbox takes as many bytes as it may hold, and takes more once they are fetched", async () => {
    await using opened = await open();
    const { store } = opened;
    const address = await makeMailbox(store);
    const body = bytes(smallCaps.mailboxBytesMax / 8);
    for (let sent = 0; sent < 8; sent++)
      assert.deepEqual(await store.enqueue(cellTo({ address }, { body })), ["stored"]);
    const small = cellTo({ address }, { body: bytes(1) });
    assert.deepEqual(await store.enqueue(small), ["mailbox_full"]);
    const fetched = await store.fetch({ address, cursor: 0, cellsMax: 1, bytesMax: 1, hour: HOUR });
    await store.acknowledge({ address, cursor: fetched?.cells[0]?.cursor ?? 0 });
    assert.deepEqual(await store.enqueue(small), ["stored"]);
  });

  test("a mailbox takes as many cells as it may hold", async () => {
    await using opened = await open();
    const { store } = opened;
    const address = await makeMailbox(store);
    await fill(smallCaps.mailboxCellsMax, () => store.enqueue(cellTo({ address })));
    assert.deepEqual(await store.enqueue(cellTo({ address })), ["mailbox_full"]);
  });
}
