import assert from "node:assert/strict";
import { test } from "node:test";
import type { Connection } from "@quicprochat/connection";
import { sha256 } from "@quicprochat/crypto";
import { methods, pushes } from "@quicprochat/protocol";
import { call, receivePushes } from "@quicprochat/rpc";
import { Hosted } from "../../../test/hosted.ts";
import { openMailbox, Person } from "../../../test/person.ts";
import { refused } from "../../../test/refused.ts";
import { bytes } from "../../../test/store-conformance/samples.ts";

const none: Uint8Array = new Uint8Array(0);
const fetch = (account: Connection) => call(account, methods.doorFetch, { cursor: 0n, limit: 64 });

async function knock(hosted: Hosted, address: Uint8Array, doorKey = none): Promise<number | undefined> {
  const errand = await hosted.connect("errand");
  const items = [{ id: bytes(16), address, doorKey }];
  return (await call(errand, methods.enqueue, { items, body: bytes(4_096) })).outcomes[0];
}

test("a stranger's cell waits at the door until the device has it", async () => {
  await using hosted = await Hosted.start();
  const { account } = await Person.join(hosted, "alice");
  const address = bytes(32);
  await call(account, methods.doorPut, { address, doorKeyHash: none, open: true });
  assert.equal(await knock(hosted, address), 0);
  const [cell] = (await fetch(account)).cells;
  assert.equal(cell?.body.length, 4_096);
  await call(account, methods.doorAcknowledge, { cursor: cell.cursor });
  assert.deepEqual((await fetch(account)).cells, []);
});

test("a closed door opens for those who have its key", async () => {
  await using hosted = await Hosted.start();
  const { account } = await Person.join(hosted, "alice");
  const [address, key, newKey] = [bytes(32), bytes(16), bytes(16)];
  const put = (doorKey: Uint8Array) =>
    call(account, methods.doorPut, { address, doorKeyHash: sha256(doorKey), open: false });
  await put(key);
  assert.deepEqual([await knock(hosted, address), await knock(hosted, address, key)], [3, 0]);
  await put(newKey);
  assert.deepEqual([await knock(hosted, address, key), await knock(hosted, address, newKey)], [3, 0]);
});

test("a subscriber is woken at its door, also after the door has moved", async () => {
  await using hosted = await Hosted.start();
  const { account } = await Person.join(hosted, "alice");
  const [address, moved] = [bytes(32), bytes(32)];
  await call(account, methods.doorPut, { address, doorKeyHash: none, open: true });
  assert.equal((await call(account, methods.doorSubscribe, {})).waiting, false);
  await call(account, methods.doorPut, { address: moved, doorKeyHash: none, open: true });
  const woken = Promise.withResolvers<number>();
  const pushed = receivePushes(account, ({ number }) => woken.resolve(number));
  assert.equal(await knock(hosted, moved), 0);
  assert.equal(await woken.promise, pushes.doorWake.number);
  assert.equal((await call(account, methods.doorSubscribe, {})).waiting, true);
  account.close(0, "");
  await pushed;
});

test("a device has no door before it made one, names none, and takes nobody's address", async () => {
  await using hosted = await Hosted.start();
  const { account } = await Person.join(hosted, "alice");
  await assert.rejects(fetch(account), refused("mailbox_unknown"));
  await assert.rejects(call(account, methods.doorAcknowledge, { cursor: 0n }), refused("mailbox_unknown"));
  await assert.rejects(call(account, methods.doorSubscribe, {}), refused("mailbox_unknown"));
  const { address } = await openMailbox(hosted);
  const put = (door: { address: Uint8Array; doorKeyHash: Uint8Array }) =>
    call(account, methods.doorPut, { ...door, open: true });
  await assert.rejects(put({ address, doorKeyHash: none }), refused("bad_proof"));
  await assert.rejects(put({ address: bytes(31), doorKeyHash: none }), refused("malformed"));
  await assert.rejects(put({ address: bytes(32), doorKeyHash: bytes(16) }), refused("malformed"));
  await put({ address: bytes(32), doorKeyHash: none });
  const named = call(account, methods.doorFetch, { address, cursor: 0n, limit: 1 });
  await assert.rejects(named, refused("malformed"));
});
