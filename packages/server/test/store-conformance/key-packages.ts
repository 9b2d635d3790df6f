/** KeyPackages: given once each, for all devices or for none. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Claim, ClaimOutcome, PackageToPublish, Store } from "../../src/store/store.ts";
import { bytes, HOUR, makeAccount } from "./samples.ts";
import type { OpenStore } from "./store-under-test.ts";

const SUITE = 0x4d;

const packages = (count: number): PackageToPublish[] =>
  Array.from({ length: count }, () => ({ hash: bytes(32), body: bytes(20) }));

type Published = {
  readonly deviceId: Uint8Array;
  readonly packages?: readonly PackageToPublish[];
  readonly lastResort?: Uint8Array;
};

const publish = (store: Store, { deviceId, packages: list = [], lastResort }: Published) =>
  store.publishKeyPackages({
    username: "alice",
    deviceId,
    cipherSuite: SUITE,
    packages: list,
    lastResort: lastResort ?? null,
    stockMax: 100,
  });

const claim = (store: Store, options: Partial<Claim> = {}): Promise<ClaimOutcome> =>
  store.claimKeyPackages({
    username: "alice",
    cipherSuite: SUITE,
    doorKeyHash: null,
    reserve: 0,
    rememberedUntilHour: HOUR + 100,
    ...options,
  });

const bodiesOf = (outcome: ClaimOutcome): string[] =>
  outcome.kind === "none" ? [] : outcome.packages.map(({ body }) => Buffer.from(body).toString("hex"));

const lastResorts = (outcome: ClaimOutcome): boolean[] =>
  outcome.kind === "none" ? [] : outcome.packages.map(({ lastResort }) => lastResort);

export function keyPackageConformance(open: OpenStore): void {
  test("each package is given once, however many ask at once, and then the last resort", async () => {
    await using opened = await open();
    const { store } = opened;
    const deviceId = bytes(16);
    await makeAccount(store, "alice", [deviceId]);
    const published = packages(30);
    const lastResort = bytes(20);
    await publish(store, { deviceId, packages: published, lastResort });
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => claim(store)));
    const oneTime = outcomes.filter((outcome) => lastResorts(outcome).includes(false)).flatMap(bodiesOf);
    assert.equal(new Set(oneTime).size, 30);
    assert.equal(oneTime.length, 30);
    const rest = outcomes.filter((outcome) => lastResorts(outcome).includes(true)).flatMap(bodiesOf);
    assert.deepEqual(new Set(rest), new Set([Buffer.from(lastResort).toString("hex")]));
    assert.equal(rest.length, 20);
  });

  test("a claim takes one package of each device, or nothing at all", async () => {
    await using opened = await open();
    const { store } = opened;
    const [one, other] = [bytes(16), bytes(16)];
    await makeAccount(store, "alice", [one, other]);
    await publish(store, { deviceId: one, packages: packages(2) });
    assert.deepEqual(await claim(store), { kind: "none" });
    assert.equal((await store.keyPackageStock({ username: "alice", deviceId: one })).stock, 2, "nothing was taken");
    await publish(store, { deviceId: other, packages: packages(1) });
    const outcome = await claim(store);
    assert.ok(outcome.kind === "claimed");
    const devices = outcome.packages.map(({ deviceId }) => Buffer.from(deviceId).toString("hex")).sort();
    assert.deepEqual(devices, [one, other].map((id) => Buffer.from(id).toString("hex")).sort());
    const { identity, deviceList } = outcome;
    const account = await store.account("alice");
    assert.deepEqual({ identity, deviceList }, { identity: account?.identity, deviceList: account?.deviceList });
  });

  test("strangers leave the reserve to those who know the door key", async () => {
    await using opened = await open();
    const { store } = opened;
    const [deviceId, keyHash] = [bytes(16), bytes(32)];
    await makeAccount(store, "alice", [deviceId]);
    await publish(store, { deviceId, packages: packages(3) });
    await store.putDoor({ username: "alice", deviceId, address: bytes(32), keyHash, open: false });
    assert.deepEqual(lastResorts(await claim(store, { reserve: 2 })), [false]);
    assert.deepEqual(await claim(store, { reserve: 2 }), { kind: "none" });
    assert.deepEqual(await claim(store, { reserve: 2, doorKeyHash: bytes(32) }), { kind: "none" });
    assert.deepEqual(lastResorts(await claim(store, { reserve: 2, doorKeyHash: keyHash })), [false]);
    await publish(store, { deviceId, lastResort: bytes(20) });
    assert.deepEqual(lastResorts(await claim(store, { reserve: 2 })), [true]);
    assert.deepEqual(lastResorts(await claim(store, { reserve: 2, doorKeyHash: keyHash })), [false]);
  });

  test("publishing again what is there or was given away adds nothing", async () => {
    await using opened = await open();
    const { store } = opened;
    const deviceId = bytes(16);
    await makeAccount(store, "alice", [deviceId]);
    const published = packages(2);
    assert.deepEqual(await publish(store, { deviceId, packages: [...published, ...published] }), {
      kind: "published",
      stock: 2,
    });
    await claim(store);
    assert.deepEqual(await publish(store, { deviceId, packages: published }), { kind: "published", stock: 1 });
  });

  test("more than the stock holds is refused whole, and the last resort is replaced", async () => {
    await using opened = await open();
    const { store } = opened;
    const deviceId = bytes(16);
    await makeAccount(store, "alice", [deviceId]);
    const full = packages(100);
    assert.deepEqual(await publish(store, { deviceId, packages: full.slice(0, 90) }), { kind: "published", stock: 90 });
    const tooMany = { deviceId, packages: packages(11), lastResort: bytes(20) };
    assert.deepEqual(await publish(store, tooMany), { kind: "quota" });
    assert.deepEqual(await store.keyPackageStock({ username: "alice", deviceId }), { stock: 90, hasLastResort: false });
    assert.deepEqual(await publish(store, { deviceId, packages: full }), { kind: "published", stock: 100 });
    const [first, second] = [bytes(20), bytes(20)];
    await publish(store, { deviceId, lastResort: first });
    await publish(store, { deviceId, lastResort: second });
    assert.deepEqual(bodiesOf(await claim(store, { reserve: 100 })), [Buffer.from(second).toString("hex")]);
  });

  test("a claim for a name, a list or a suite that is not there finds nothing", async () => {
    await using opened = await open();
    const { store } = opened;
    assert.deepEqual(await claim(store), { kind: "none" });
    await store.createAccount({ username: "alice", opaqueRecord: bytes(192), identity: bytes(8) });
    assert.deepEqual(await claim(store), { kind: "none" });
    const deviceId = bytes(16);
    await store.putDeviceList({ username: "alice", deviceList: bytes(8), counter: 1n, deviceIds: [deviceId] });
    await publish(store, { deviceId, packages: packages(1), lastResort: bytes(20) });
    assert.deepEqual(await claim(store, { cipherSuite: 1 }), { kind: "none" });
  });
}
