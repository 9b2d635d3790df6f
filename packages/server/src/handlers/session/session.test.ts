import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryPair } from "@quicprochat/connection";
import { methods, signSession } from "@quicprochat/protocol";
import { call, closeCodes } from "@quicprochat/rpc";
import { Hosted } from "../../../test/hosted.ts";
import { exporterOf, Person } from "../../../test/person.ts";
import { refused } from "../../../test/refused.ts";
import { limits } from "../../limits.ts";
import { Peer } from "../../peer.ts";
import { Sessions } from "../../sessions.ts";

test("a listed device opens a session by its signature", async () => {
  await using hosted = await Hosted.start();
  const { person } = await Person.join(hosted, "alice");
  const account = await person.session();
  assert.equal((await call(account, methods.keyPackageStock, {})).stock, 0);
});

test("all that is no proof of a listed device is refused alike", async () => {
  await using hosted = await Hosted.start();
  const { person } = await Person.join(hosted, "alice");
  const account = await hosted.connect("account");
  const exporter = exporterOf(account);
  const { id: deviceId, session } = person.device;
  const signed = (fields: Partial<Parameters<typeof signSession>[1]> = {}, key = session.privateKey): Uint8Array =>
    signSession(key, { ...person.owner, deviceId, exporter, ...fields });
  const good = { username: "alice", deviceId, signature: signed() };
  const elsewhere = exporterOf(await hosted.connect("account"));
  const bad = [
    { ...good, signature: signed({ exporter: elsewhere }) },
    { ...good, signature: signed({ serverId: new Uint8Array(32) }) },
    { ...good, signature: signed({}, Person.newDevice().session.privateKey) },
    { ...good, signature: new Uint8Array(64) },
    { ...good, username: "nobody" },
    { ...good, deviceId: new Uint8Array(16) },
  ];
  for (const request of bad) {
    await assert.rejects(call(account, methods.sessionOpen, request), refused("no_session"));
    await assert.rejects(call(account, methods.keyPackageStock, {}), refused("no_session"));
  }
  await assert.rejects(
    call(account, methods.sessionOpen, { ...good, deviceId: new Uint8Array(3) }),
    refused("malformed"),
  );
  await call(account, methods.sessionOpen, good);
});

test("a device that is no longer listed loses its connections at once and cannot come back", async () => {
  await using hosted = await Hosted.start();
  const { person, account } = await Person.join(hosted, "alice");
  const second = Person.newDevice();
  await call(account, methods.devicesPublish, { devices: person.list(2n, [person.device, second]) });
  const revoked = await person.session(second);
  const stays = await person.session();
  await call(account, methods.devicesPublish, { devices: person.list(3n) });
  const { code, by } = await revoked.closed;
  assert.deepEqual([code, by], [closeCodes.revoked, "peer"]);
  await assert.rejects(person.session(second), refused("no_session"));
  await call(stays, methods.keyPackageStock, {});
});

test("nothing is kept of the connections of revoked devices", () => {
  const sessions = new Sessions();
  using peer = new Peer(memoryPair()[1], limits);
  sessions.open(peer, { username: "alice", deviceId: new Uint8Array(16) });
  assert.equal(sessions.size, 1);
  sessions.closeOthers("alice", []);
  assert.equal(sessions.size, 0);
  assert.equal(peer.session, undefined);
});

test("a device list must be newer than the one before, and the account's own", async () => {
  await using hosted = await Hosted.start();
  const { person, account } = await Person.join(hosted, "alice");
  const publish = (devices: ReturnType<Person["list"]>) => call(account, methods.devicesPublish, { devices });
  const second = person.list(2n);
  await publish(second);
  await publish(second);
  const both = [person.device, Person.newDevice()];
  await assert.rejects(publish(person.list(1n)), refused("bad_proof"));
  await assert.rejects(publish(person.list(2n, both)), refused("bad_proof"));
  await assert.rejects(publish(new Person(hosted, "alice").list(3n)), refused("bad_proof"));
  await assert.rejects(publish(person.list(2n ** 60n)), refused("malformed"));
  await assert.rejects(call(account, methods.devicesPublish, {}), refused("malformed"));
  const seventeen = Array.from({ length: 17 }, Person.newDevice);
  await assert.rejects(publish(person.list(4n, seventeen)), refused("bad_proof"));
});

test("a look-up yields identity and devices, and nothing for a name that is not there", async () => {
  await using hosted = await Hosted.start();
  const { person } = await Person.join(hosted, "alice");
  const found = await call(await hosted.connect("errand"), methods.lookUp, { username: "alice" });
  assert.deepEqual(found.identity?.rootKey, person.identity.rootKey);
  assert.deepEqual(found.devices?.devices[0]?.id, person.device.id);
  const errand = await hosted.connect("errand");
  await assert.rejects(call(errand, methods.lookUp, { username: "nobody" }), refused("no_package"));
});
