import assert from "node:assert/strict";
import { test } from "node:test";
import { create, toBinary } from "@bufbuild/protobuf";
import { memoryPair } from "@quicprochat/connection";
import { type Device, DeviceListSchema, DeviceSchema } from "@quicprochat/protocol";
import { refused } from "../test/refused.ts";
import { Scratch } from "../test/scratch.ts";
import { bytes } from "../test/store-conformance/samples.ts";
import { limits } from "./limits.ts";
import { openSession } from "./open-session.ts";
import { Peer } from "./peer.ts";
import { Sessions } from "./sessions.ts";

const device = (): Device => create(DeviceSchema, { id: bytes(16) });

test("a device that was taken off the list while it proved itself has no session in the end", async () => {
  using scratch = new Scratch();
  await using store = await scratch.store();
  const [stays, goes] = [device(), device()];
  const username = "alice";
  await store.createAccount({ username, opaqueRecord: bytes(192), identity: new Uint8Array(0) });
  const publish = async (counter: bigint, devices: Device[]): Promise<void> => {
    const deviceList = toBinary(DeviceListSchema, create(DeviceListSchema, { counter, devices }));
    await store.putDeviceList({ username, deviceList, counter, deviceIds: devices.map(({ id }) => id) });
  };
  await publish(1n, [stays, goes]);
  const server = { store, sessions: new Sessions() };
  using peer = new Peer(memoryPair()[1], limits);
  // The list changes first, and whom it closes is looked up before the session is there.
  await publish(2n, [stays]);
  server.sessions.closeOthers(username, [stays.id]);
  const opening = openSession({ server, peer }, { username, deviceId: goes.id });
  await assert.rejects(opening, refused("no_session"));
  assert.equal(peer.session, undefined);
  assert.equal(server.sessions.size, 0);
  await openSession({ server, peer }, { username, deviceId: stays.id });
  assert.deepEqual(peer.session, { username, deviceId: stays.id });
});
