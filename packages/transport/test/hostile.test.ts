import assert from "node:assert/strict";
import { randomBytes, randomInt } from "node:crypto";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { mutated, nonsense } from "./damage.ts";
import { ask, echoStreams, Loopback } from "./loopback.ts";
import { Relay } from "./relay.ts";

const hello = Buffer.from("hello");

async function none(count: () => number): Promise<void> {
  while (count() > 0) await setTimeout(20);
}

test("a client that offers only X25519 is refused, and others are served on", async () => {
  await using server = await Loopback.start();
  void server.echo();
  for (const groups of ["X25519", "P-256:X25519", "MLKEM768"]) {
    await assert.rejects(server.dial({ groups, deadlineMs: 700 }), (error: unknown) => {
      assert.ok(error instanceof Error && "code" in error);
      return error.code === "unreachable" || error.code === "handshake_failed";
    });
  }
  const { connection } = await server.dial();
  assert.deepEqual(await ask(connection, hello), hello);
  await none(() => server.listener.handshakeCount);
});

test("a client that offers more than our group is served with ours", async () => {
  await using server = await Loopback.start();
  const { client } = await server.connect({ groups: "X25519:X25519MLKEM768" });
  assert.equal(client.keyExchange, "X25519MLKEM768");
});

test("clients that vanish at any point of the handshake are forgotten", async () => {
  await using server = await Loopback.start({ limits: { handshakeMs: 300 } });
  void server.echo();
  const dials = Array.from({ length: 8 }, async (_, cut) => {
    await using relay = await Relay.start(server.port);
    let seen = 0;
    relay.forward = (datagram, way) => (way === "to-server" && seen++ >= cut ? [] : [datagram]);
    const dialling = server.dial({ port: relay.port, deadlineMs: 500, idleTimeoutMs: 500 });
    await dialling.then(
      ({ connection }) => connection.close(0, ""),
      () => {},
    );
  });
  await Promise.all(dials);
  await none(() => server.listener.handshakeCount);
  assert.deepEqual(await ask((await server.dial()).connection, hello), hello);
});

test("random datagrams change nothing for those who are served", async () => {
  await using server = await Loopback.start();
  void server.echo();
  const { connection } = await server.dial();
  const socket = createSocket("udp4");
  socket.connect(server.port, "127.0.0.1");
  await once(socket, "connect");
  for (let round = 0; round < 40; round++) {
    for (let count = 0; count < 100; count++) socket.send(nonsense(), () => {});
    assert.deepEqual(await ask(connection, hello), hello);
  }
  socket.close();
  assert.deepEqual(await ask((await server.dial()).connection, hello), hello);
  assert.equal(server.listener.handshakeCount, 0);
});

test("mutated packets of a real connection change nothing for it", async () => {
  await using server = await Loopback.start();
  await using relay = await Relay.start(server.port);
  void server.echo();
  relay.forward = (datagram) => [mutated(datagram), datagram, mutated(datagram)];
  for (let round = 0; round < 5; round++) {
    const { connection } = await server.dial({ port: relay.port });
    for (let size = 1; size < 100_000; size *= 4) {
      const bytes = randomBytes(size);
      assert.deepEqual(await ask(connection, bytes), bytes);
    }
    connection.close(0, "");
    await connection.closed;
  }
});

test("datagrams that are lost, doubled and late still carry everything", async () => {
  await using server = await Loopback.start();
  await using relay = await Relay.start(server.port);
  void server.echo();
  const late: Buffer[] = [];
  relay.forward = (datagram) => {
    const fate = randomInt(20);
    if (fate === 0) return [];
    if (fate === 1) return [datagram, datagram];
    if (fate === 2) late.push(datagram);
    return fate === 2 ? [] : [datagram, ...late.splice(0)];
  };
  const { connection } = await server.dial({ port: relay.port });
  const bytes = randomBytes(200_000);
  assert.deepEqual(await ask(connection, bytes), bytes);
  relay.forward = (datagram) => [datagram];
  connection.close(0, "");
  await connection.closed;
});

test("hundreds of connections come and go, some politely, and none remains", async () => {
  await using server = await Loopback.start();
  void server.echo();
  for (let round = 0; round < 20; round++) {
    const dialled = await Promise.all(Array.from({ length: 15 }, () => server.dial()));
    await Promise.all(dialled.map(({ connection }) => ask(connection, hello)));
    for (const { connection } of dialled) connection.close(round, "done");
    await Promise.all(dialled.map(({ connection }) => connection.closed));
  }
  await none(() => server.listener.connectionCount);
  assert.equal(server.listener.handshakeCount, 0);
});

test("a server takes no more connections than it may, and takes new ones when some have ended", async () => {
  await using server = await Loopback.start({ limits: { connectionsMax: 3 } });
  const pairs = [await server.connect(), await server.connect(), await server.connect()];
  await assert.rejects(server.dial({ deadlineMs: 400 }), { code: "unreachable" });
  for (const { client } of pairs) client.close(0, "");
  await none(() => server.listener.connectionCount);
  const { accepted, client } = await server.connect();
  void echoStreams(accepted);
  assert.deepEqual(await ask(client, hello), hello);
});
