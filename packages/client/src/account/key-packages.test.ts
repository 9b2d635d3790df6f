import assert from "node:assert/strict";
import { test } from "node:test";
import { toHex } from "@quicprochat/bytes";
import { systemRandom as random } from "@quicprochat/crypto";
import { decodeMlsMessage, isLastResort, makeKeyPackageRef, validateKeyPackage } from "@quicprochat/mls";
import { Registered } from "../../test/registered.ts";
import { someone } from "../../test/someone.ts";
import type { Links } from "../connection/links.ts";
import { decodeCredential } from "../envelope/credential.ts";
import { openDoorCell, sealDoorCell } from "../envelope/door-cell.ts";
import { decodeDeliveryAddress, extensionTypes } from "../envelope/extensions.ts";
import { limits } from "../limits.ts";
import { suite } from "../step/suite.ts";
import { consumeKeyPackage, keyPackageCandidates, loadKeyPackage, refillKeyPackages } from "./key-packages.ts";

const DAY = 24 * 3_600_000;

const refill = ({ vault, account }: Registered, links: Links, days = 0): Promise<void> =>
  refillKeyPackages({
    vault,
    account,
    random,
    now: () => Date.now() + days * DAY,
    call: (method, request) => links.call("account", method, request),
  });

async function online(registered: Registered): Promise<Links> {
  const { links } = registered.links();
  links.start();
  await links.online();
  return links;
}

const packageIn = (message: Uint8Array) => {
  const decoded = decodeMlsMessage(message);
  assert.ok(decoded.kind === "key-package");
  return decoded.keyPackage;
};

test("what is published is valid, leads to this device's door, and is ours to open", async () => {
  using registered = await Registered.start();
  const { server, vault, account } = registered;
  const messages = [...server.packages.values(), server.lastResort ?? new Uint8Array(0)];
  const now = BigInt(Math.floor(Date.now() / 1_000));
  for (const message of messages) {
    const keyPackage = packageIn(message);
    assert.equal(validateKeyPackage(keyPackage, { suite, now }), undefined);
    const { credential, signatureKey, extensions } = keyPackage.leafNode;
    assert.deepEqual(signatureKey, account.leafKeyPair.publicKey);
    assert.ok(credential.kind === "basic");
    assert.equal(decodeCredential(credential.identity).username, "alice");
    const data = extensions.find(({ type }) => type === extensionTypes.deliveryAddress)?.data;
    const delivery = decodeDeliveryAddress(data ?? new Uint8Array(0));
    assert.deepEqual(delivery, { kind: "door", address: account.door.address, doorKey: new Uint8Array(0) });
    const own = loadKeyPackage(vault, makeKeyPackageRef(suite, keyPackage));
    assert.deepEqual(own?.message, message);
    assert.equal(own?.lastResort, isLastResort(keyPackage));
  }
  assert.equal(new Set(messages.map(toHex)).size, 101);
});

test("a cell that is sealed to a published package opens with one of the candidates", async () => {
  using registered = await Registered.start();
  const { server, vault, account } = registered;
  const { address } = account.door;
  const [message] = server.packages.values();
  const keyPackage = packageIn(message ?? new Uint8Array(0));
  const bob = someone("bob", account.serverId);
  const cell = sealDoorCell({
    kind: "welcome",
    payload: random(100),
    to: { initKey: keyPackage.initKey, reference: makeKeyPackageRef(suite, keyPackage), address },
    from: { credential: bob.credentialBytes, leafKeyPair: bob.leafKeyPair },
    random,
  });
  const candidates = keyPackageCandidates(vault);
  assert.equal(candidates.length, 101);
  const opening = candidates.filter((own) => openDoorCell(cell ?? random(0), { ...own, address }) !== undefined);
  assert.deepEqual(
    opening.map(({ reference }) => reference),
    [makeKeyPackageRef(suite, keyPackage)],
  );
});

test("a package that has served is gone, with its secrets; a last resort stays", async () => {
  using registered = await Registered.start();
  const { vault, server } = registered;
  const [first] = keyPackageCandidates(vault);
  assert.ok(first !== undefined);
  const lastResort = makeKeyPackageRef(suite, packageIn(server.lastResort ?? new Uint8Array(0)));
  vault.transaction((tx) => {
    consumeKeyPackage(tx, first.reference);
    consumeKeyPackage(tx, lastResort);
    consumeKeyPackage(tx, random(32));
  });
  assert.equal(loadKeyPackage(vault, first.reference), undefined);
  assert.ok(loadKeyPackage(vault, lastResort) !== undefined);
  assert.equal(keyPackageCandidates(vault).length, 100);
});

test("a refill publishes what the stock lacks, and nothing when it is full", async () => {
  using registered = await Registered.start();
  const { server } = registered;
  const links = await online(registered);
  await using _links = links;
  const full = [...server.packages.keys()];
  const { lastResort } = server;
  await refill(registered, links);
  assert.deepEqual([...server.packages.keys()], full);
  for (const name of full.slice(0, 30)) server.packages.delete(name);
  await refill(registered, links);
  assert.equal(server.packages.size, 100);
  assert.equal(server.lastResort, lastResort);
});

test("a refill that was cut off goes on with the packages that it had made", async () => {
  using registered = await Registered.start();
  const { server, vault } = registered;
  for (const moment of ["before key-package.publish", "after key-package.publish"]) {
    server.packages.clear();
    const kept = keyPackageCandidates(vault).length;
    const links = await online(registered);
    server.fault = (at) => {
      if (at === moment) throw new Error("cut off");
    };
    await assert.rejects(refill(registered, links), { code: "unreachable" });
    server.fault = () => {};
    await links[Symbol.asyncDispose]();
    const again = await online(registered);
    await refill(registered, again);
    await again[Symbol.asyncDispose]();
    assert.ok(server.packages.size === 100 || moment.startsWith("after"), String(server.packages.size));
    assert.equal(keyPackageCandidates(vault).length, kept + 100);
  }
});

test("somebody who claims without end fills no disk: of those that brought nothing the oldest go", async () => {
  using registered = await Registered.start();
  const { server, vault } = registered;
  const links = await online(registered);
  await using _links = links;
  const [oldest] = keyPackageCandidates(vault);
  for (let claimed = 0; claimed < limits.keyPackagesKeptMax; claimed += 100) {
    assert.ok(oldest !== undefined && loadKeyPackage(vault, oldest.reference) !== undefined);
    server.packages.clear();
    await refill(registered, links, claimed / 100);
  }
  assert.equal(keyPackageCandidates(vault).length, limits.keyPackagesKeptMax + 1);
  assert.equal(loadKeyPackage(vault, oldest?.reference ?? random(32)), undefined);
  for (const message of server.packages.values()) {
    assert.ok(loadKeyPackage(vault, makeKeyPackageRef(suite, packageIn(message))) !== undefined);
  }
});

test("the last resort is renewed each week, and kept for those who have the earlier one", async () => {
  using registered = await Registered.start();
  const { server, vault } = registered;
  const links = await online(registered);
  await using _links = links;
  const first = server.lastResort ?? new Uint8Array(0);
  const firstReference = makeKeyPackageRef(suite, packageIn(first));
  await refill(registered, links, 6);
  assert.deepEqual(server.lastResort, first);
  await refill(registered, links, 8);
  assert.notDeepEqual(server.lastResort, first);
  assert.ok(loadKeyPackage(vault, firstReference) !== undefined);
  await refill(registered, links, 38);
  assert.equal(loadKeyPackage(vault, firstReference), undefined);
});

test("packages whose lifetime is over are erased", async () => {
  using registered = await Registered.start();
  const { server, vault } = registered;
  const links = await online(registered);
  await using _links = links;
  const old = keyPackageCandidates(vault);
  server.packages.clear();
  await refill(registered, links, 92);
  const references = new Set(keyPackageCandidates(vault).map(({ reference }) => toHex(reference)));
  assert.equal(references.size, 101);
  assert.equal(
    old.some(({ reference }) => references.has(toHex(reference))),
    false,
  );
});
