import assert from "node:assert/strict";
import { test } from "node:test";
import { sha256 } from "@quicprochat/crypto";
import { limits, methods } from "@quicprochat/protocol";
import { call } from "@quicprochat/rpc";
import { Hosted } from "../../../test/hosted.ts";
import { Person } from "../../../test/person.ts";
import { refused } from "../../../test/refused.ts";
import { bytes } from "../../../test/store-conformance/samples.ts";

const cipherSuite = 0x4d;
const some = (count: number): Uint8Array[] => Array.from({ length: count }, () => bytes(50));

test("strangers get the upper half of the stock, then the last resort; contacts get all of it", async () => {
  await using hosted = await Hosted.start();
  const { account } = await Person.join(hosted, "alice");
  const [keyPackages, lastResort, doorKey] = [some(53), bytes(50), bytes(16)];
  const published = await call(account, methods.keyPackagePublish, { cipherSuite, keyPackages, lastResort });
  assert.equal(published.stock, 53);
  await call(account, methods.doorPut, { address: bytes(32), doorKeyHash: sha256(doorKey), open: true });
  const claim = async (key: Uint8Array = new Uint8Array(0)) => {
    const errand = await hosted.connect("errand");
    const claimed = await call(errand, methods.keyPackageClaim, { username: "alice", cipherSuite, doorKey: key });
    assert.equal(claimed.keyPackages.length, 1);
    return claimed.keyPackages[0]?.lastResort;
  };
  assert.deepEqual([await claim(), await claim(), await claim()], [false, false, false]);
  assert.deepEqual([await claim(), await claim(bytes(16)), await claim(doorKey)], [true, true, false]);
  const { stock, hasLastResort } = await call(account, methods.keyPackageStock, {});
  assert.deepEqual([stock, hasLastResort], [49, true]);
});

test("a claim comes with the identity and the device list that its packages must fit", async () => {
  await using hosted = await Hosted.start({ limits: {} });
  const { person, account } = await Person.join(hosted, "alice");
  await call(account, methods.keyPackagePublish, { cipherSuite, lastResort: bytes(50) });
  const errand = await hosted.connect("errand");
  const claimed = await call(errand, methods.keyPackageClaim, { username: "alice", cipherSuite });
  assert.deepEqual(claimed.identity?.signature, person.identity.signature);
  assert.deepEqual(claimed.devices?.devices[0]?.id, person.device.id);
  assert.deepEqual(claimed.keyPackages[0]?.deviceId, person.device.id);
});

test("two devices claim at the same time and get different packages", async () => {
  await using hosted = await Hosted.start();
  const { account } = await Person.join(hosted, "alice");
  await call(account, methods.keyPackagePublish, { cipherSuite, keyPackages: some(100) });
  const claims = Array.from({ length: 50 }, async () => {
    const errand = await hosted.connect("errand");
    return await call(errand, methods.keyPackageClaim, { username: "alice", cipherSuite });
  });
  const given = (await Promise.all(claims)).map(({ keyPackages }) => Buffer.from(keyPackages[0]?.keyPackage ?? []));
  assert.equal(new Set(given.map((one) => one.toString("hex"))).size, 50);
});

test("what cannot be published or claimed is refused", async () => {
  await using hosted = await Hosted.start();
  const { account } = await Person.join(hosted, "alice");
  const publish = (keyPackages: Uint8Array[], suite = cipherSuite) =>
    call(account, methods.keyPackagePublish, { cipherSuite: suite, keyPackages });
  await assert.rejects(publish(some(1), 1), refused("suite_refused"));
  await assert.rejects(publish(some(101)), refused("quota"));
  await assert.rejects(publish([new Uint8Array(0)]), refused("malformed"));
  await assert.rejects(publish([bytes(limits.keyPackageBytesMax + 1)]), refused("too_large"));
  await publish(some(100));
  await assert.rejects(publish(some(1)), refused("quota"));

  const claim = async (username: string, suite = cipherSuite, doorKey: Uint8Array = new Uint8Array(0)) =>
    call(await hosted.connect("errand"), methods.keyPackageClaim, { username, cipherSuite: suite, doorKey });
  await assert.rejects(claim("nobody"), refused("no_package"));
  await assert.rejects(claim("alice", 1), refused("suite_refused"));
  await assert.rejects(claim("alice", cipherSuite, bytes(15)), refused("malformed"));
  await assert.rejects(claim("Not A Name"), refused("malformed"));
});
