import assert from "node:assert/strict";
import { test } from "node:test";
import type { Connection } from "@quicprochat/connection";
import { generateSigningKeyPair, systemRandom } from "@quicprochat/crypto";
import { mailboxAddress, methods, pushes, signMailboxCreate, signMailboxRead } from "@quicprochat/protocol";
import { call, decodePush, receivePushes } from "@quicprochat/rpc";
import { Hosted } from "../../../test/hosted.ts";
import { attach, exporterOf, openMailbox } from "../../../test/person.ts";
import { refused } from "../../../test/refused.ts";
import { bytes } from "../../../test/store-conformance/samples.ts";

const send = (connection: Connection, address: Uint8Array, body = bytes(1_024)) =>
  call(connection, methods.enqueue, { items: [{ id: bytes(16), address }], body });

test("a cell is fetched until it is acknowledged", async () => {
  await using hosted = await Hosted.start();
  const { receive, address, reader } = await openMailbox(hosted);
  const body = bytes(1_024);
  const sender = await hosted.connect("send");
  assert.deepEqual((await send(sender, address, body)).outcomes, [0]);
  const fetch = (connection = receive) => call(connection, methods.mailboxFetch, { address, cursor: 0n, limit: 64 });
  const [cell] = (await fetch()).cells;
  assert.deepEqual(cell?.body, body);
  // The next connection of the same reader sees it, too.
  const again = await hosted.connect("receive");
  await assert.rejects(fetch(again), refused("mailbox_unknown"));
  await attach(again, reader);
  assert.equal((await fetch(again)).cells.length, 1);
  await call(again, methods.mailboxAcknowledge, { address, cursor: cell?.cursor ?? 0n });
  assert.deepEqual((await fetch()).cells, []);
});

test("only the reader key opens a mailbox, and only on the connection that it signed for", async () => {
  await using hosted = await Hosted.start();
  const { reader } = await openMailbox(hosted);
  const address = mailboxAddress(reader.publicKey);
  const receive = await hosted.connect("receive");
  const exporter = exporterOf(receive);
  const other = generateSigningKeyPair(systemRandom);
  const elsewhere = exporterOf(await hosted.connect("receive"));
  const attempt = (signature: Uint8Array, readerKey = reader.publicKey) =>
    call(receive, methods.mailboxAttach, { readerKey, signature });
  await assert.rejects(attempt(signMailboxRead(other.privateKey, address, exporter)), refused("bad_proof"));
  await assert.rejects(attempt(signMailboxRead(reader.privateKey, address, elsewhere)), refused("bad_proof"));
  await assert.rejects(attempt(bytes(64), bytes(31)), refused("bad_proof"));
  const unmade = signMailboxRead(other.privateKey, mailboxAddress(other.publicKey), exporter);
  await assert.rejects(attempt(unmade, other.publicKey), refused("mailbox_unknown"));
  const create = (signature: Uint8Array) =>
    call(receive, methods.mailboxCreate, { readerKey: other.publicKey, signature });
  await assert.rejects(create(signMailboxCreate(reader.privateKey, exporter)), refused("bad_proof"));
  await assert.rejects(create(signMailboxCreate(other.privateKey, elsewhere)), refused("bad_proof"));
  const good = signMailboxCreate(other.privateKey, exporter);
  await create(good);
  await create(good);
});

test("nothing of a mailbox is told or done to who has not attached it", async () => {
  await using hosted = await Hosted.start();
  const { address } = await openMailbox(hosted);
  const receive = await hosted.connect("receive");
  const cursor = 0n;
  await assert.rejects(call(receive, methods.mailboxFetch, { address, cursor, limit: 1 }), refused("mailbox_unknown"));
  await assert.rejects(call(receive, methods.mailboxAcknowledge, { address, cursor }), refused("mailbox_unknown"));
  await assert.rejects(call(receive, methods.mailboxSubscribe, { address }), refused("mailbox_unknown"));
  await assert.rejects(call(receive, methods.mailboxClose, { address }), refused("mailbox_unknown"));
});

test("a subscriber is woken, and told of what waits already", async () => {
  await using hosted = await Hosted.start();
  const { receive, address } = await openMailbox(hosted);
  const woken = Promise.withResolvers<Uint8Array | undefined>();
  const pushed = receivePushes(receive, ({ number, payload }) => {
    if (number === pushes.mailboxWake.number) woken.resolve(decodePush(pushes.mailboxWake.message, payload)?.address);
  });
  const subscribe = () => call(receive, methods.mailboxSubscribe, { address });
  assert.equal((await subscribe()).waiting, false);
  await send(await hosted.connect("send"), address);
  assert.deepEqual(await woken.promise, address);
  assert.equal((await subscribe()).waiting, true);
  receive.close(0, "");
  await pushed;
});

test("a burst wakes its reader a few times, not once for each cell", async () => {
  await using hosted = await Hosted.start();
  const { receive, address } = await openMailbox(hosted);
  await call(receive, methods.mailboxSubscribe, { address });
  const sender = await hosted.connect("send");
  await Promise.all(Array.from({ length: 50 }, () => send(sender, address)));
  // Nobody has taken a push so far: all but the first wait behind it.
  let wakes = 0;
  const pushed = receivePushes(receive, () => wakes++);
  await send(sender, address);
  while (wakes === 0) await new Promise((resolve) => setImmediate(resolve));
  receive.close(0, "");
  await pushed;
  assert.ok(wakes < 50);
});

test("a closed mailbox is unknown to its reader and to everybody", async () => {
  await using hosted = await Hosted.start();
  const { receive, address, reader } = await openMailbox(hosted);
  await call(receive, methods.mailboxClose, { address });
  await assert.rejects(
    call(receive, methods.mailboxFetch, { address, cursor: 0n, limit: 1 }),
    refused("mailbox_unknown"),
  );
  await assert.rejects(attach(receive, reader), refused("mailbox_unknown"));
  assert.deepEqual((await send(await hosted.connect("send"), address)).outcomes, [2]);
});

test("a fetch asks for 1 to 64 cells, and an answer fits a frame", async () => {
  await using hosted = await Hosted.start();
  const { receive, address } = await openMailbox(hosted);
  const sender = await hosted.connect("send");
  for (let sent = 0; sent < 20; sent++) await send(sender, address, bytes(65_536));
  const fetch = (limit: number, cursor = 0n) => call(receive, methods.mailboxFetch, { address, cursor, limit });
  for (const limit of [0, 65]) await assert.rejects(fetch(limit), refused("malformed"));
  const first = await fetch(64);
  assert.deepEqual([first.cells.length, first.more], [16, true]);
  const second = await fetch(64, first.cells.at(-1)?.cursor);
  assert.deepEqual([second.cells.length, second.more], [4, false]);
  assert.deepEqual((await fetch(64, 2n ** 64n - 1n)).cells, []);
});

test("one connection reads a bounded number of mailboxes", async () => {
  await using hosted = await Hosted.start({ limits: { attachedMailboxesMax: 1 } });
  const { receive } = await openMailbox(hosted);
  const { reader } = await openMailbox(hosted);
  await assert.rejects(attach(receive, reader), refused("quota"));
});
