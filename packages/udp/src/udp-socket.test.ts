import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { networkInterfaces } from "node:os";
import { test } from "node:test";
import { Inbox } from "../test/inbox.ts";
import { bind } from "./bind.ts";
import { kernelSocketsWork } from "./linux/self-test.ts";
import { UdpBindError } from "./udp-bind-error.ts";

const kernelMissing = process.platform === "linux" ? false : "only Linux has batched system calls";
const noIpv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === "::1"))
  ? false
  : "this machine has no IPv6";

const numbered = (length: number, seed = 0): Uint8Array =>
  Uint8Array.from({ length }, (_, index) => (index * 7 + seed) & 0xff);

test("batched system calls pass their self-test", { skip: kernelMissing }, () => {
  assert.equal(kernelSocketsWork(), true);
});

for (const engine of ["best", "dgram"] as const) {
  test(`${engine}: segments arrive as datagrams, in order and from where they were sent`, async () => {
    await using sender = await Inbox.bind({ engine });
    await using receiver = await Inbox.bind({ engine });
    const bytes = numbered(1_200 * 20 + 5);
    sender.send(bytes, { to: receiver.socket.address, segmentBytes: 1_200 });
    const kept = await receiver.received(21);
    assert.deepEqual(
      kept.map((datagram) => datagram.bytes.length),
      [...Array.from({ length: 20 }, () => 1_200), 5],
    );
    assert.deepEqual(Buffer.concat(kept.map((datagram) => datagram.bytes)), Buffer.from(bytes));
    for (const { from } of kept) assert.equal(from, sender.socket.address);
    receiver.send(numbered(3), { to: sender.socket.address });
    const [answer] = await sender.received(1);
    assert.deepEqual(answer?.bytes, numbered(3));
  });

  test(`${engine}: many commits leave with one flush, each to its own address`, async () => {
    await using sender = await Inbox.bind({ engine });
    await using one = await Inbox.bind({ engine });
    await using two = await Inbox.bind({ engine });
    for (let index = 0; index < 40; index++) {
      const room = sender.socket.reserve();
      assert.ok(room !== undefined);
      room.set(numbered(100, index));
      const to = index % 2 === 0 ? one.socket.address : two.socket.address;
      sender.socket.commit(100, { to, segmentBytes: 100, ecn: 0 });
    }
    sender.socket.flush();
    for (const [parity, inbox] of [one, two].entries()) {
      const kept = await inbox.received(20);
      for (const [index, { bytes }] of kept.entries()) assert.deepEqual(bytes, numbered(100, 2 * index + parity));
    }
  });

  test(`${engine}: IPv6, and IPv4 on a socket of both`, { skip: noIpv6 }, async () => {
    await using both = await Inbox.bind({ engine, host: "::" });
    await using six = await Inbox.bind({ engine, host: "::1" });
    await using four = await Inbox.bind({ engine });
    const port = both.socket.address.slice(both.socket.address.lastIndexOf(":") + 1);
    six.send(numbered(10), { to: `[::1]:${port}` });
    four.send(numbered(11), { to: `127.0.0.1:${port}` });
    const kept = await both.received(2);
    assert.deepEqual(kept.map(({ from }) => from).sort(), [four.socket.address, six.socket.address].sort());
    for (const { from } of kept) both.send(numbered(12), { to: from });
    assert.equal((await six.received(1)).length + (await four.received(1)).length, 2);
  });

  test(`${engine}: an unreachable or refusing peer, or too large a datagram, leaves the socket alive`, async () => {
    await using sender = await Inbox.bind({ engine });
    const gone = await Inbox.bind({ engine });
    const closed = gone.socket.address;
    await gone.socket.close();
    await using receiver = await Inbox.bind({ engine });
    for (let round = 0; round < 5; round++) {
      sender.send(numbered(50), { to: closed });
      // Nothing routes there from a socket on the loopback.
      sender.send(numbered(50), { to: "192.0.2.1:9" });
      sender.send(numbered(50), { to: "255.255.255.255:9" });
      await new Promise((resolve) => setImmediate(resolve));
    }
    sender.send(numbered(50, 9), { to: receiver.socket.address });
    const [kept] = await receiver.received(1);
    assert.deepEqual(kept?.bytes, numbered(50, 9));
    receiver.send(numbered(51), { to: sender.socket.address });
    await sender.received(1);
  });

  test(`${engine}: a flood is pushed back or lost, and there is room again afterwards`, async () => {
    await using sender = await Inbox.bind({ engine });
    await using receiver = await Inbox.bind({ engine });
    let refused = 0;
    for (let index = 0; index < 3_000; index++) {
      if (sender.socket.reserve() === undefined) {
        refused++;
        break;
      }
      sender.socket.commit(12_000, { to: receiver.socket.address, segmentBytes: 1_200, ecn: 0 });
    }
    sender.socket.flush();
    if (refused > 0) await sender.until(() => sender.writable > 0);
    await receiver.received(100);
    assert.ok(sender.socket.reserve() !== undefined);
    // A queue of our own, and not all of it in the kernel: this one cannot answer within a turn of the loop.
    if (engine === "dgram") assert.equal(refused, 1);
  });

  test(`${engine}: an address in use is said to be so`, async () => {
    await using first = await Inbox.bind({ engine });
    const port = Number(first.socket.address.split(":")[1]);
    await assert.rejects(
      Inbox.bind({ engine, port }),
      (error) => error instanceof UdpBindError && error.code === "EADDRINUSE",
    );
    await assert.rejects(Inbox.bind({ engine, host: "192.0.2.7" }), UdpBindError);
    await assert.rejects(Inbox.bind({ engine, host: "no-such-host.invalid" }), UdpBindError);
  });

  test(`${engine}: a closed socket is silent, also one closed while it receives`, async () => {
    await using sender = await Inbox.bind({ engine });
    let batches = 0;
    const receiver = await bind(
      { host: "127.0.0.1", port: 0, engine },
      {
        onReceive() {
          batches++;
          void receiver.close();
        },
      },
    );
    for (let index = 0; index < 60; index++) sender.send(numbered(100), { to: receiver.address });
    for (let turn = 0; turn < 50 && batches === 0; turn++) await new Promise((resolve) => setTimeout(resolve, 5));
    await receiver.close();
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(batches, 1);
    assert.equal(receiver.reserve(), undefined);
    receiver.flush();
  });

  test(`${engine}: promises and timers work in a receiver`, async () => {
    await using sender = await Inbox.bind({ engine });
    const order: string[] = [];
    const done = Promise.withResolvers<void>();
    await using receiver = await bind(
      { host: "127.0.0.1", port: 0, engine },
      {
        onReceive() {
          setTimeout(() => {
            order.push("timer");
            done.resolve();
          }, 0);
          void Promise.resolve().then(() => order.push("promise"));
        },
      },
    );
    sender.send(numbered(1), { to: receiver.address });
    await done.promise;
    assert.deepEqual(order, ["promise", "timer"]);
  });

  test(`${engine}: more than was reserved is not committed`, async () => {
    await using inbox = await Inbox.bind({ engine });
    const { socket } = inbox;
    const to = socket.address;
    for (const [length, segmentBytes] of [
      [0, 1],
      [70_000, 1_200],
      [65_000, 1_000],
      [100, 0],
    ] as const) {
      assert.ok(socket.reserve() !== undefined);
      assert.throws(() => socket.commit(length, { to, segmentBytes, ecn: 0 }), RangeError);
    }
  });
}

test("marks of congestion are sent and received, over either family", { skip: kernelMissing }, async () => {
  for (const host of noIpv6 === false ? ["127.0.0.1", "::1"] : ["127.0.0.1"]) {
    await using sender = await Inbox.bind({ host });
    await using receiver = await Inbox.bind({ host });
    assert.equal(sender.socket.capabilities.ecn, true);
    for (const ecn of [0, 1, 2, 3] as const) {
      sender.send(numbered(2_000), { to: receiver.socket.address, segmentBytes: 1_000, ecn });
    }
    const kept = await receiver.received(8);
    assert.deepEqual(
      kept.map(({ ecn }) => ecn),
      [0, 0, 1, 1, 2, 2, 3, 3],
    );
  }
});

test("marks survive on IPv4 through a socket of both families", { skip: kernelMissing || noIpv6 }, async () => {
  await using both = await Inbox.bind({ host: "::" });
  await using four = await Inbox.bind();
  const port = both.socket.address.slice(both.socket.address.lastIndexOf(":") + 1);
  four.send(numbered(5), { to: `127.0.0.1:${port}`, ecn: 3 });
  const [got] = await both.received(1);
  assert.equal(got?.ecn, 3);
  both.send(numbered(5), { to: four.socket.address, ecn: 1 });
  const [answer] = await four.received(1);
  assert.equal(answer?.ecn, 1);
});

test("a socket with one peer hears that nobody listens there, and works on", { skip: kernelMissing }, async () => {
  for (const host of noIpv6 === false ? ["127.0.0.1", "::1", "::"] : ["127.0.0.1"]) {
    await using sender = await Inbox.bind({ host, notesRefusal: true });
    const there = { host: host === "::" ? "127.0.0.1" : host };
    const gone = await Inbox.bind(there);
    const { address } = gone.socket;
    await gone.socket.close();
    for (let round = 1; round <= 3; round++) {
      sender.send(numbered(10), { to: address });
      await sender.until(() => sender.refused >= round);
    }
    await using back = await Inbox.bind({ ...there, port: Number(address.slice(address.lastIndexOf(":") + 1)) });
    sender.send(numbered(11), { to: address });
    const [got] = await back.received(1);
    assert.ok(got !== undefined);
    assert.deepEqual(got.bytes, numbered(11));
    back.send(numbered(12), { to: got.from });
    await sender.received(1);
  }
});

test("a process that ends in the middle of traffic ends well", { skip: kernelMissing }, () => {
  const index = new URL("index.ts", import.meta.url).href;
  const program = `
    const { bind } = await import(${JSON.stringify(index)});
    let count = 0;
    const socket = await bind({ host: "127.0.0.1", port: 0 }, { onReceive(batch) {
      count += batch.length;
      if (count > 200) process.exit(3);
      pump();
    } });
    const pump = () => {
      for (let sent = 0; sent < 8; sent++) {
        socket.reserve();
        socket.commit(12000, { to: socket.address, segmentBytes: 1200, ecn: 0 });
      }
      socket.flush();
    };
    pump();`;
  const { status, signal, stderr } = spawnSync(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", "--input-type=module", "-e", program],
    { encoding: "utf8", timeout: 30_000 },
  );
  assert.deepEqual({ status, signal, stderr }, { status: 3, signal: null, stderr: "" });
});
