import assert from "node:assert/strict";
import { test } from "node:test";
import { create } from "@bufbuild/protobuf";
import { equalBytes, toHex } from "@quicprochat/bytes";
import { generateSigningKeyPair, sha256, systemRandom } from "@quicprochat/crypto";
import fc from "fast-check";
import {
  bindLogin,
  type Device,
  type DeviceList,
  DeviceListSchema,
  DeviceSchema,
  type Identity,
  IdentitySchema,
  limits,
  mailboxAddress,
  type Owner,
  signDevice,
  signDeviceList,
  signIdentity,
  signMailboxCreate,
  signMailboxRead,
  signReceipt,
  signSession,
  signSlot,
  verifyDevice,
  verifyDeviceList,
  verifyIdentity,
  verifyMailboxCreate,
  verifyMailboxRead,
  verifyReceipt,
  verifySession,
  verifySlot,
} from "../index.ts";

const root = generateSigningKeyPair(systemRandom);
const identityKeys = generateSigningKeyPair(systemRandom);
const sessionKeys = generateSigningKeyPair(systemRandom);
const owner: Owner = { serverId: new Uint8Array(32).fill(1), username: "alice" };
const identity = signIdentity(root.privateKey, {
  ...owner,
  rootKey: root.publicKey,
  identityKey: identityKeys.publicKey,
  version: 3,
});
const device = makeDevice(7);
const list = makeList([device, makeDevice(8)]);

function makeDevice(id: number): Device {
  return signDevice(identityKeys.privateKey, {
    ...owner,
    identityVersion: identity.version,
    id: new Uint8Array(limits.deviceIdBytes).fill(id),
    leafKey: new Uint8Array(32).fill(2),
    sessionKey: sessionKeys.publicKey,
  });
}

function makeList(devices: readonly Device[], counter = 5n): DeviceList {
  return signDeviceList(identityKeys.privateKey, { ...owner, identityVersion: identity.version, counter, devices });
}

/** Every way to flip one bit of some field, of those that are given here. */
function flips(fields: Readonly<Record<string, Uint8Array>>): Record<string, Uint8Array>[] {
  return Object.entries(fields).flatMap(([name, bytes]) =>
    [0, bytes.length - 1].map((at) => ({ [name]: bytes.map((byte, index) => (index === at ? byte ^ 0x10 : byte)) })),
  );
}

const otherOwners: readonly Owner[] = [
  { ...owner, username: "alicf" },
  { ...owner, username: "alic" },
  { ...owner, serverId: new Uint8Array(32).fill(9) },
];

test("an identity verifies for its owner, and with no field altered", () => {
  assert.ok(verifyIdentity(owner, identity));
  const { rootKey, identityKey, version, signature } = identity;
  const altered = (change: Partial<Identity>): Identity =>
    create(IdentitySchema, { rootKey, identityKey, version, signature, ...change });
  assert.ok(verifyIdentity(owner, altered({})));
  for (const change of flips({ rootKey, identityKey, signature })) assert.ok(!verifyIdentity(owner, altered(change)));
  for (const other of [2, 4, 0, 0xffff_ffff]) assert.ok(!verifyIdentity(owner, altered({ version: other })));
  for (const other of otherOwners) assert.ok(!verifyIdentity(other, identity));
});

test("an identity whose keys have another length does not verify", () => {
  const { identityKey, version, signature } = identity;
  const short = { rootKey: root.publicKey.slice(1), identityKey, version, signature };
  assert.ok(!verifyIdentity(owner, create(IdentitySchema, short)));
  const long = signIdentity(root.privateKey, {
    ...owner,
    rootKey: root.publicKey,
    identityKey: new Uint8Array(33),
    version: 3,
  });
  assert.ok(!verifyIdentity(owner, long));
});

test("a device verifies under its identity, and with no field altered", () => {
  assert.ok(verifyDevice(owner, identity, device));
  const { id, leafKey, sessionKey, signature } = device;
  const altered = (change: Partial<Device>): Device =>
    create(DeviceSchema, { id, leafKey, sessionKey, signature, ...change });
  for (const change of flips({ id, leafKey, sessionKey, signature })) {
    assert.ok(!verifyDevice(owner, identity, altered(change)), Object.keys(change).join());
  }
  for (const change of [{ id: id.slice(1) }, { leafKey: new Uint8Array(0) }, { sessionKey: new Uint8Array(33) }]) {
    assert.ok(!verifyDevice(owner, identity, altered(change)));
  }
  for (const other of otherOwners) assert.ok(!verifyDevice(other, identity, device));
  const nextVersion = create(IdentitySchema, { ...fieldsOf(identity), version: identity.version + 1 });
  assert.ok(!verifyDevice(owner, nextVersion, device), "a higher identity version voids earlier devices");
});

const fieldsOf = ({
  rootKey,
  identityKey,
  version,
  signature,
}: Identity): Omit<Identity, "$typeName" | "$unknown"> => ({
  rootKey,
  identityKey,
  version,
  signature,
});

test("bytes do not move between the fields of a device", () => {
  const moved = create(DeviceSchema, {
    id: device.id,
    leafKey: device.sessionKey,
    sessionKey: device.leafKey,
    signature: device.signature,
  });
  assert.ok(!verifyDevice(owner, identity, moved));
});

test("a device list verifies, and neither shorter, longer, reordered, repeated nor with another counter", () => {
  assert.ok(verifyDeviceList(owner, identity, list));
  assert.ok(verifyDeviceList(owner, identity, makeList([])));
  const { devices, counter, signature } = list;
  const altered = (change: Partial<DeviceList>): DeviceList =>
    create(DeviceListSchema, { counter, devices, signature, ...change });
  for (const change of [
    { counter: counter + 1n },
    { devices: devices.slice(1) },
    { devices: devices.toReversed() },
    { devices: [...devices, makeDevice(9)] },
    { devices: [...devices, device] },
    ...flips({ signature }),
  ]) {
    assert.ok(!verifyDeviceList(owner, identity, altered(change)));
  }
  for (const other of otherOwners) assert.ok(!verifyDeviceList(other, identity, list));
});

test("a well-signed list still needs distinct, valid and few devices", () => {
  assert.ok(!verifyDeviceList(owner, identity, makeList([device, device])), "twice the same");
  const forged = create(DeviceSchema, { ...device, signature: new Uint8Array(64) });
  assert.ok(!verifyDeviceList(owner, identity, makeList([forged])), "not signed by the identity");
  const many = Array.from({ length: limits.devicesPerAccountMax + 1 }, (_, index) => makeDevice(20 + index));
  assert.ok(!verifyDeviceList(owner, identity, makeList(many)), "too many");
  assert.ok(verifyDeviceList(owner, identity, makeList(many.slice(1))));
});

test("a session's proof holds for one account, device and connection", () => {
  const session = { ...owner, deviceId: device.id, exporter: new Uint8Array(32).fill(6) };
  const signature = signSession(sessionKeys.privateKey, session);
  const { publicKey } = sessionKeys;
  assert.ok(verifySession(publicKey, session, signature));
  assert.ok(!verifySession(identityKeys.publicKey, session, signature));
  const { serverId, deviceId, exporter } = session;
  for (const change of flips({ serverId, deviceId, exporter })) {
    assert.ok(!verifySession(publicKey, { ...session, ...change }, signature), Object.keys(change).join());
  }
  assert.ok(!verifySession(publicKey, { ...session, username: "bob" }, signature));
  for (const change of flips({ signature })) {
    assert.ok(!verifySession(publicKey, session, change["signature"] ?? signature));
  }
});

test("a log-in is bound to its session key and its connection", () => {
  const key = new Uint8Array(64).fill(1);
  const exporter = new Uint8Array(32).fill(2);
  const bound = bindLogin(key, exporter);
  assert.equal(bound.length, 32);
  assert.deepEqual(bindLogin(key.slice(), exporter.slice()), bound);
  assert.notDeepEqual(bindLogin(new Uint8Array(64), exporter), bound);
  assert.notDeepEqual(bindLogin(key, new Uint8Array(32)), bound);
});

test("a mailbox belongs to the holder of its reader key, on this connection", () => {
  const reader = generateSigningKeyPair(systemRandom);
  const exporter = new Uint8Array(32).fill(6);
  const other = new Uint8Array(32).fill(7);
  const created = signMailboxCreate(reader.privateKey, exporter);
  const read = signMailboxRead(reader.privateKey, mailboxAddress(reader.publicKey), exporter);
  assert.ok(verifyMailboxCreate(reader.publicKey, exporter, created));
  assert.ok(verifyMailboxRead(reader.publicKey, exporter, read));
  for (const verify of [verifyMailboxCreate, verifyMailboxRead]) {
    const signature = verify === verifyMailboxCreate ? created : read;
    assert.ok(!verify(reader.publicKey, other, signature), "another connection");
    assert.ok(!verify(sessionKeys.publicKey, exporter, signature), "another reader");
    assert.ok(!verify(reader.publicKey, exporter, verify === verifyMailboxCreate ? read : created), "another purpose");
  }
  const elsewhere = signMailboxRead(reader.privateKey, mailboxAddress(sessionKeys.publicKey), exporter);
  assert.ok(!verifyMailboxRead(reader.publicKey, exporter, elsewhere), "another mailbox");
});

test("a mailbox's address tells nothing of its key but which one it is", () => {
  const address = mailboxAddress(root.publicKey);
  assert.equal(address.length, limits.addressBytes);
  assert.ok(equalBytes(address, mailboxAddress(root.publicKey.slice())));
  assert.notEqual(toHex(address), toHex(mailboxAddress(identityKeys.publicKey)));
  assert.notEqual(toHex(address), toHex(sha256(root.publicKey)));
});

test("a slot's entry is signed by its name, and by nothing else", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 100 }), (entry) => {
      const name = generateSigningKeyPair(systemRandom);
      const signature = signSlot(name.privateKey, entry);
      assert.ok(verifySlot(name.publicKey, entry, signature));
      assert.ok(!verifySlot(root.publicKey, entry, signature));
      for (const change of flips({ entry }))
        assert.ok(!verifySlot(name.publicKey, change["entry"] ?? entry, signature));
    }),
    { numRuns: 20 },
  );
});

test("a receipt names the slot and the entry, and who signed it", () => {
  const name = new Uint8Array(32).fill(3);
  const entryHash = sha256(new Uint8Array(100));
  const receipt = signReceipt(root, name, entryHash);
  assert.deepEqual(receipt.statementKey, root.publicKey);
  assert.ok(verifyReceipt(receipt, name, entryHash));
  for (const change of flips({ name })) assert.ok(!verifyReceipt(receipt, change["name"] ?? name, entryHash));
  for (const change of flips({ entryHash })) assert.ok(!verifyReceipt(receipt, name, change["entryHash"] ?? entryHash));
  assert.ok(!verifyReceipt({ ...receipt, statementKey: identityKeys.publicKey }, name, entryHash));
});
