/** Doors: two lanes each, and an address that may change. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Store } from "../../src/store/store.ts";
import { bytes, cellTo, fetchAll, fill, makeAccount, makeMailbox, smallCaps } from "./samples.ts";
import type { OpenStore } from "./store-under-test.ts";

export function doorConformance(open: OpenStore): void {
  test("a door keeps a lane for those who know its key and one for strangers", async () => {
    await using opened = await open();
    const { store } = opened;
    const door = await makeDoor(store);
    const { address, keyHash } = door;
    const knock = (doorKeyHash: Uint8Array | null) => store.enqueue(cellTo({ address, doorKeyHash }, { to: "doors" }));
    await fill(smallCaps.doorOpenCellsMax, () => knock(null));
    assert.deepEqual(await knock(null), ["mailbox_full"]);
    assert.deepEqual(await knock(bytes(32)), ["mailbox_full"], "a wrong key is none");
    await fill(smallCaps.doorKeyedCellsMax, () => knock(keyHash));
    assert.deepEqual(await knock(keyHash), ["mailbox_full"]);
    await store.putDoor({ ...door, open: false });
    assert.deepEqual(await knock(null), ["door_closed"]);
    assert.deepEqual(await knock(bytes(32)), ["door_closed"]);
    const [first] = await fetchAll(store, address);
    await store.acknowledge({ address, cursor: first?.cursor ?? 0 });
    await store.putDoor({ ...door, open: true });
    assert.deepEqual(await knock(null), ["stored"]);
    assert.deepEqual(await knock(keyHash), ["mailbox_full"]);
  });

  test("a door that moves takes along what waits there, and nobody takes another's address", async () => {
    await using opened = await open();
    const { store } = opened;
    const door = await makeDoor(store);
    await store.enqueue(cellTo({ address: door.address }, { to: "doors" }));
    const [mailbox, moved] = [await makeMailbox(store), bytes(32)];
    assert.equal(await store.putDoor({ ...door, address: mailbox }), "address_taken");
    assert.equal(await store.putDoor({ ...door, address: moved }), "stored");
    assert.deepEqual(await store.doorAddress(door), moved);
    assert.equal((await fetchAll(store, moved)).length, 1);
    assert.deepEqual(await store.enqueue(cellTo({ address: door.address }, { to: "doors" })), ["mailbox_unknown"]);
    assert.equal(await store.createMailbox(moved), "address_taken");
  });

  test("doors and private mailboxes are written to on ways of their own", async () => {
    await using opened = await open();
    const { store } = opened;
    const { address } = await makeDoor(store);
    const mailbox = await makeMailbox(store);
    assert.equal(await store.hasMailbox(address), false);
    assert.deepEqual(await store.enqueue(cellTo({ address })), ["mailbox_unknown"]);
    assert.deepEqual(await store.enqueue(cellTo({ address: mailbox }, { to: "doors" })), ["mailbox_unknown"]);
  });
}

async function makeDoor(store: Store) {
  const deviceId = bytes(16);
  await makeAccount(store, "alice", [deviceId]);
  const door = { username: "alice", deviceId, address: bytes(32), keyHash: bytes(32), open: true };
  assert.equal(await store.putDoor(door), "stored");
  return door;
}
