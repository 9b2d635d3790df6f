import assert from "node:assert/strict";
import { test } from "node:test";
import { methods } from "@quicprochat/protocol";
import { call } from "@quicprochat/rpc";
import { Hosted } from "../../test/hosted.ts";
import { openMailbox, Person } from "../../test/person.ts";
import { refused } from "../../test/refused.ts";
import { bytes } from "../../test/store-conformance/samples.ts";

const HOUR_MS = 3_600_000;

test("one body goes to many addresses, each with its outcome, and a retry changes nothing", async () => {
  await using hosted = await Hosted.start();
  const [one, other] = [await openMailbox(hosted), await openMailbox(hosted)];
  const items = [one.address, bytes(32), other.address].map((address) => ({ id: bytes(16), address }));
  const send = await hosted.connect("send");
  const request = { items, body: bytes(16_384) };
  for (let round = 0; round < 2; round++) {
    assert.deepEqual((await call(send, methods.enqueue, request)).outcomes, [0, 2, 0]);
  }
  for (const { receive, address } of [one, other]) {
    const { cells } = await call(receive, methods.mailboxFetch, { address, cursor: 0n, limit: 64 });
    assert.deepEqual(
      cells.map(({ body }) => body),
      [request.body],
    );
  }
});

test("a cell has one of the four sizes, and at a door at least the second", async () => {
  await using hosted = await Hosted.start();
  const [send, errand] = [await hosted.connect("send"), await hosted.connect("errand")];
  const items = [{ id: bytes(16), address: bytes(32) }];
  for (const size of [0, 1_023, 1_025, 65_537]) {
    await assert.rejects(call(send, methods.enqueue, { items, body: bytes(size) }), refused("wrong_size"));
  }
  await assert.rejects(call(errand, methods.enqueue, { items, body: bytes(1_024) }), refused("wrong_size"));
  assert.deepEqual((await call(errand, methods.enqueue, { items, body: bytes(4_096) })).outcomes, [2]);
});

test("addresses are whole, distinct and not too many", async () => {
  await using hosted = await Hosted.start();
  const send = await hosted.connect("send");
  const good = { id: bytes(16), address: bytes(32) };
  const enqueue = (items: (typeof good & { doorKey?: Uint8Array })[]) =>
    call(send, methods.enqueue, { items, body: bytes(1_024) });
  const bad = [
    [],
    [good, { ...good, id: bytes(16) }],
    [{ ...good, id: bytes(15) }],
    [{ ...good, address: bytes(33) }],
    [{ ...good, doorKey: bytes(1) }],
  ];
  for (const items of bad) await assert.rejects(enqueue(items), refused("malformed"));
  const many = Array.from({ length: 1_025 }, () => ({ id: bytes(16), address: bytes(32) }));
  await assert.rejects(enqueue(many), refused("too_large"));
  assert.equal((await enqueue(many.slice(1))).outcomes.length, 1_024);
});

test("doors are reached on errands only, private mailboxes on `send` only", async () => {
  await using hosted = await Hosted.start();
  const { account } = await Person.join(hosted, "alice");
  const door = bytes(32);
  await call(account, methods.doorPut, { address: door, open: true });
  const { address: mailbox } = await openMailbox(hosted);
  const outcome = async (connectionClass: "send" | "errand", address: Uint8Array) => {
    const items = [{ id: bytes(16), address }];
    const connection = await hosted.connect(connectionClass);
    return (await call(connection, methods.enqueue, { items, body: bytes(4_096) })).outcomes[0];
  };
  assert.deepEqual([await outcome("errand", door), await outcome("send", door)], [0, 2]);
  assert.deepEqual([await outcome("errand", mailbox), await outcome("send", mailbox)], [2, 0]);
});

test("a cell lives for its TTL, at most thirty days", async () => {
  const clock = { now: 1_000 * HOUR_MS + HOUR_MS / 2 };
  await using hosted = await Hosted.start({ now: () => clock.now });
  const { receive, address } = await openMailbox(hosted);
  const send = await hosted.connect("send");
  for (const ttlHours of [2, 0, 4_000_000]) {
    const items = [{ id: bytes(16), address }];
    await call(send, methods.enqueue, { items, body: bytes(1_024), ttlHours });
  }
  const count = async () =>
    (await call(receive, methods.mailboxFetch, { address, cursor: 0n, limit: 64 })).cells.length;
  const afterHours = async (hours: number) => {
    clock.now = 1_000 * HOUR_MS + HOUR_MS / 2 + hours * HOUR_MS;
    return await count();
  };
  assert.deepEqual([await afterHours(0), await afterHours(2), await afterHours(3)], [3, 3, 2]);
  assert.deepEqual([await afterHours(720), await afterHours(721)], [2, 0]);
});

test("one mailbox takes a bounded number of cells a second", async () => {
  await using hosted = await Hosted.start({ limits: { enqueuesPerSecondPerMailbox: 3 }, now: () => 1e12 });
  const { address } = await openMailbox(hosted);
  const send = await hosted.connect("send");
  const one = () => call(send, methods.enqueue, { items: [{ id: bytes(16), address }], body: bytes(1_024) });
  for (let sent = 0; sent < 3; sent++) await one();
  await assert.rejects(one(), refused("rate_limited"));
});
