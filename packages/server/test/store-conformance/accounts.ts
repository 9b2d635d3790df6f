/** Accounts and device lists. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { bytes, cellTo, fetchAll, makeAccount } from "./samples.ts";
import type { OpenStore } from "./store-under-test.ts";

export function accountConformance(open: OpenStore): void {
  test("an account is there after it was created, also for the next process", async () => {
    await using opened = await open();
    const account = { username: "alice", opaqueRecord: bytes(192), identity: bytes(100) };
    assert.equal(await opened.store.account("alice"), null);
    assert.equal(await opened.store.createAccount(account), "created");
    assert.deepEqual(await opened.store.account("alice"), { ...account, deviceList: null });
    assert.equal(await opened.store.accountCount(), 1);
    const reopened = await opened.reopen();
    assert.deepEqual(await reopened.account("alice"), { ...account, deviceList: null });
  });

  test("a name is given once, and the same registration again is no other", async () => {
    await using opened = await open();
    const account = { username: "alice", opaqueRecord: bytes(192), identity: bytes(100) };
    const others = [
      { ...account, opaqueRecord: bytes(192) },
      { ...account, identity: bytes(100) },
    ];
    assert.equal(await opened.store.createAccount(account), "created");
    assert.equal(await opened.store.createAccount(account), "created");
    for (const other of others) assert.equal(await opened.store.createAccount(other), "name_taken");
    assert.deepEqual(await opened.store.account("alice"), { ...account, deviceList: null });
  });

  test("of many that want one name at once, one gets it", async () => {
    await using opened = await open();
    const attempts = Array.from({ length: 50 }, () =>
      opened.store.createAccount({ username: "alice", opaqueRecord: bytes(192), identity: bytes(8) }),
    );
    const outcomes = await Promise.all(attempts);
    assert.equal(outcomes.filter((outcome) => outcome === "created").length, 1);
  });

  test("a device list is replaced by newer ones only", async () => {
    await using opened = await open();
    const { store } = opened;
    const list = { username: "alice", deviceList: bytes(8), counter: 5n, deviceIds: [bytes(16)] };
    assert.equal(await store.putDeviceList(list), "stale", "nobody has registered");
    await store.createAccount({ username: "alice", opaqueRecord: bytes(192), identity: bytes(8) });
    assert.equal(await store.putDeviceList(list), "stored");
    assert.equal(await store.putDeviceList(list), "stored", "the same again");
    assert.equal(await store.putDeviceList({ ...list, deviceList: bytes(8) }), "stale");
    assert.equal(await store.putDeviceList({ ...list, deviceList: bytes(8), counter: 4n }), "stale");
    const newer = { ...list, deviceList: bytes(8), counter: 6n };
    assert.equal(await store.putDeviceList(newer), "stored");
    assert.deepEqual((await store.account("alice"))?.deviceList, newer.deviceList);
  });

  test("a device that is no longer listed loses its packages, its door and what waits there", async () => {
    await using opened = await open();
    const { store } = opened;
    const [stays, goes] = [bytes(16), bytes(16)];
    await makeAccount(store, "alice", [stays, goes]);
    const addresses = new Map([stays, goes].map((deviceId) => [deviceId, bytes(32)]));
    for (const [deviceId, address] of addresses) {
      const packages = [{ hash: bytes(32), body: bytes(10) }];
      const device = { username: "alice", deviceId };
      await store.publishKeyPackages({ ...device, cipherSuite: 77, packages, lastResort: bytes(10), stockMax: 100 });
      await store.putDoor({ ...device, address, keyHash: null, open: true });
      assert.deepEqual(await store.enqueue(cellTo({ address }, { to: "doors" })), ["stored"]);
    }
    await store.putDeviceList({ username: "alice", deviceList: bytes(8), counter: 2n, deviceIds: [stays] });
    for (const [deviceId, address] of addresses) {
      const left = deviceId === stays;
      const device = { username: "alice", deviceId };
      assert.deepEqual(await store.keyPackageStock(device), { stock: left ? 1 : 0, hasLastResort: left });
      assert.deepEqual(await store.doorAddress(device), left ? address : null);
      assert.equal((await fetchAll(store, address)).length, left ? 1 : 0);
    }
  });
}
