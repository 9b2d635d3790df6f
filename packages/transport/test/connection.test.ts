import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { StreamError } from "@quicprochat/connection";
import { tlsKeyHash, tlsKeyHashOf } from "../src/identity/certificate.ts";
import { acceptStream, ask, echoStreams, Loopback, newIdentity, readAll } from "./loopback.ts";
import { Relay } from "./relay.ts";

const failsWith = (kind: string, code: number) => (error: unknown) =>
  error instanceof StreamError && error.kind === kind && error.code === code;

test("both ends agree on the key exchange and the exporter, and the client sees the certificate", async () => {
  const identity = newIdentity();
  await using server = await Loopback.start({ identity });
  const { client, accepted } = await server.connect();
  assert.equal(client.keyExchange, "X25519MLKEM768");
  assert.equal(accepted.keyExchange, "X25519MLKEM768");
  assert.deepEqual(tlsKeyHashOf(client.peerCertificate ?? new Uint8Array(0)), tlsKeyHash(identity.tlsKey.publicKey));
  assert.equal(accepted.peerCertificate, null);
  const label = "EXPORTER-qpc-session";
  for (const context of [new Uint8Array(0), Uint8Array.of(1, 2)]) {
    const exported = client.exportKey({ label, context, length: 32 });
    assert.equal(exported.length, 32);
    assert.deepEqual(exported, accepted.exportKey({ label, context, length: 32 }));
    assert.notDeepEqual(exported, client.exportKey({ label: "EXPORTER-other", context, length: 32 }));
  }
});

test("two connections export different keys", async () => {
  await using server = await Loopback.start();
  const [one, other] = [await server.connect(), await server.connect()];
  const options = { label: "EXPORTER-qpc-session", context: new Uint8Array(0), length: 32 };
  assert.notDeepEqual(one.client.exportKey(options), other.client.exportKey(options));
});

test("the server sees the address that the client sends from", async () => {
  await using server = await Loopback.start();
  const pairs = await Promise.all([server.connect(), server.connect(), server.connect()]);
  const seen = new Set(pairs.map(({ accepted }) => accepted.remoteAddress));
  assert.equal(seen.size, 3);
  for (const address of seen) assert.match(address, /^127\.0\.0\.1:\d+$/);
});

test("hundreds of streams at once each get back what they sent", async () => {
  await using server = await Loopback.start();
  const { client, accepted } = await server.connect();
  void echoStreams(accepted);
  const messages = Array.from({ length: 400 }, (_, at) => randomBytes(1 + ((at * 37) % 5_000)));
  const answers = await Promise.all(messages.map((message) => ask(client, message)));
  assert.deepEqual(answers, messages);
});

test("the server opens streams, one way and both ways", async () => {
  await using server = await Loopback.start();
  const { client, accepted } = await server.connect();
  const push = await accepted.open({ unidirectional: true });
  await push.write(Buffer.from("news"));
  await push.end();
  const pushed = await acceptStream(client);
  assert.equal(String(await readAll(pushed)), "news");
  await assert.rejects(pushed.write(Uint8Array.of(1)), failsWith("local", 0));
  assert.equal(await push.read(), null);
  void echoStreams(client);
  assert.equal(String(await ask(accepted, Buffer.from("back"))), "back");
});

test("megabytes arrive whole and in order, both ways at once", async () => {
  await using server = await Loopback.start();
  const { client, accepted } = await server.connect();
  void echoStreams(accepted);
  const bytes = randomBytes(8 * 1024 * 1024);
  assert.equal(Buffer.compare(await ask(client, bytes), bytes), 0);
});

test("writes that nobody awaits keep their order and the end behind them", async () => {
  await using server = await Loopback.start();
  const { client, accepted } = await server.connect();
  const stream = await client.open();
  const parts = Array.from({ length: 50 }, () => randomBytes(40_000));
  const writes = parts.map((part) => stream.write(part));
  const ended = stream.end();
  await assert.rejects(stream.write(Uint8Array.of(1)), failsWith("local", 0));
  const received = await readAll(await acceptStream(accepted));
  await Promise.all([...writes, ended]);
  assert.equal(Buffer.compare(received, Buffer.concat(parts)), 0);
});

test("a reset reaches the peer's reader and writer with its code", async () => {
  await using server = await Loopback.start();
  const { client, accepted } = await server.connect();
  const stream = await client.open();
  await stream.write(Uint8Array.of(1));
  const taken = await acceptStream(accepted);
  await taken.read();
  const reading = assert.rejects(taken.read(), failsWith("reset", 42));
  stream.reset(42);
  stream.reset(43);
  await reading;
  await assert.rejects(
    async () => {
      for (;;) await taken.write(new Uint8Array(1_000));
    },
    failsWith("reset", 42),
  );
  await assert.rejects(stream.read(), failsWith("local", 42));
  await assert.rejects(stream.write(Uint8Array.of(1)), failsWith("local", 42));
});

test("a reset tells a writer that waits", async () => {
  await using server = await Loopback.start();
  const { client, accepted } = await server.connect();
  const stream = await client.open();
  const writing = assert.rejects(stream.write(new Uint8Array(4 * 1024 * 1024)), failsWith("reset", 7));
  const taken = await acceptStream(accepted);
  await taken.read();
  taken.reset(7);
  await writing;
});

test("a close reaches the peer with its code and reason, and ends all streams", async () => {
  await using server = await Loopback.start();
  const { client, accepted } = await server.connect();
  const stream = await client.open();
  await stream.write(Uint8Array.of(1));
  const taken = await acceptStream(accepted);
  await taken.read();
  const ends = [stream.read(), taken.read()].map((read) => assert.rejects(read, failsWith("closed", 0)));
  const waiting = client.accept();
  accepted.close(7, "good bye");
  accepted.close(8, "again");
  assert.deepEqual(await client.closed, { kind: "application", by: "peer", code: 7, reason: "good bye" });
  assert.deepEqual(await accepted.closed, { kind: "application", by: "local", code: 7, reason: "good bye" });
  await Promise.all(ends);
  assert.equal(await waiting, null);
  await assert.rejects(client.open(), failsWith("closed", 0));
  await assert.rejects(stream.write(Uint8Array.of(1)), failsWith("closed", 0));
  stream.reset(1);
});

test("what was written and ended arrives before the close", async () => {
  await using server = await Loopback.start();
  const { client, accepted } = await server.connect();
  const bytes = randomBytes(300_000);
  const stream = await accepted.open({ unidirectional: true });
  const received = acceptStream(client).then(readAll);
  await stream.write(bytes);
  await stream.end();
  accepted.close(4, "the server is stopping");
  assert.equal(Buffer.compare(await received, bytes), 0);
  assert.equal((await client.closed).code, 4);
});

test("opening waits at the peer's limit of streams and goes on when one is done", async () => {
  await using server = await Loopback.start();
  const { client, accepted } = await server.connect();
  const opened: number[] = [];
  const opening = Array.from({ length: 150 }, async (_, at) => {
    const stream = await client.open();
    opened.push(at);
    await stream.write(Uint8Array.of(at));
    await stream.end();
    return readAll(stream);
  });
  const first = await acceptStream(accepted);
  assert.ok(opened.length < 150);
  await first.end();
  void echoStreams(accepted);
  await readAll(first);
  assert.equal((await Promise.all(opening)).length, 150);
});

test("a peer that falls silent is an idle timeout, at both ends", async () => {
  await using server = await Loopback.start();
  await using relay = await Relay.start(server.port);
  const { client, accepted } = await server.connect({ port: relay.port, idleTimeoutMs: 500 });
  relay.forward = () => [];
  const silent = { kind: "idle-timeout", by: "local", code: 0, reason: "" };
  assert.deepEqual(await Promise.all([client.closed, accepted.closed]), [silent, silent]);
});

test("an idle connection is kept alive beyond its timeout", async () => {
  await using server = await Loopback.start();
  const { client, accepted } = await server.connect({ idleTimeoutMs: 400 });
  void echoStreams(accepted);
  await setTimeout(1_200);
  assert.equal(String(await ask(client, Buffer.from("still there"))), "still there");
});
