import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { type Connection, memoryPair, type Stream } from "./index.ts";

const text = (value: string): Uint8Array => new Uint8Array(Buffer.from(value));

/** A stream that the first end opened, as both see it. */
async function openStream(from: Connection, to: Connection, unidirectional = false): Promise<[Stream, Stream]> {
  const ours = await from.open({ unidirectional });
  const theirs = await to.accept();
  assert.ok(theirs !== null);
  return [ours, theirs];
}

async function settled(work: Promise<unknown>): Promise<boolean> {
  let done = false;
  const settle = (): void => {
    done = true;
  };
  void work.then(settle, settle);
  await turn();
  return done;
}

test("bytes go both ways on a stream that either end opened", async () => {
  const [client, server] = memoryPair();
  for (const [from, to] of [
    [client, server],
    [server, client],
  ] as const) {
    const [ours, theirs] = await openStream(from, to);
    await ours.write(text("ask"));
    await ours.end();
    assert.deepEqual(await theirs.read(), text("ask"));
    assert.equal(await theirs.read(), null);
    await theirs.write(text("answer"));
    await theirs.end();
    assert.deepEqual(await ours.read(), text("answer"));
    assert.equal(await ours.read(), null);
  }
});

test("a unidirectional stream goes one way", async () => {
  const [client, server] = memoryPair();
  const [ours, theirs] = await openStream(server, client, true);
  await ours.write(text("push"));
  assert.deepEqual(await theirs.read(), text("push"));
  await assert.rejects(theirs.write(text("no")), { name: "StreamError" });
  assert.equal(await ours.read(), null);
});

test("a reader that stops reading stalls its writer", async () => {
  const [client, server] = memoryPair({ streamBytes: 10 });
  const [ours, theirs] = await openStream(client, server);
  const writing = ours.write(new Uint8Array(10));
  assert.equal(await settled(writing), false);
  await theirs.read();
  await writing;
});

test("whoever opens streams that nobody accepts waits", async () => {
  const [client, server] = memoryPair({ backlog: 2 });
  await client.open();
  await client.open();
  const third = client.open();
  assert.equal(await settled(third), false);
  await server.accept();
  await third;
});

test("a reset reaches the other side with its code, and is local on this one", async () => {
  const [client, server] = memoryPair({ streamBytes: 1 });
  const [ours, theirs] = await openStream(client, server);
  const writing = theirs.write(text("waits"));
  const reading = ours.write(text("waits")).then(() => ours.read());
  ours.reset(42);
  ours.reset(43);
  await assert.rejects(writing, { kind: "reset", code: 42 });
  await assert.rejects(theirs.read(), { kind: "reset", code: 42 });
  await assert.rejects(reading, { kind: "local", code: 42 });
  await assert.rejects(ours.write(text("x")), { kind: "local", code: 42 });
});

test("a reset harms no other stream of the connection", async () => {
  const [client, server] = memoryPair();
  const [broken] = await openStream(client, server);
  const [ours, theirs] = await openStream(client, server);
  broken.reset(1);
  await ours.write(text("still here"));
  assert.deepEqual(await theirs.read(), text("still here"));
});

test("closing tells both ends who did it, with code and reason, once", async () => {
  const [client, server] = memoryPair();
  server.close(7, "draining");
  client.close(8, "too late");
  assert.deepEqual(await client.closed, { kind: "application", by: "peer", code: 7, reason: "draining" });
  assert.deepEqual(await server.closed, { kind: "application", by: "local", code: 7, reason: "draining" });
});

test("closing wakes everybody who waits", async () => {
  const [client, server] = memoryPair({ streamBytes: 1, backlog: 1 });
  const [ours, theirs] = await openStream(client, server);
  const reading = ours.read();
  const writing = ours.write(text("full"));
  await client.open();
  const opening = client.open();
  const accepting = client.accept();
  await turn();
  client.close(0, "");
  await assert.rejects(reading, { kind: "closed" });
  await assert.rejects(writing, { kind: "closed" });
  await assert.rejects(opening, { kind: "closed" });
  assert.equal(await accepting, null);
  await assert.rejects(theirs.read(), { kind: "closed" });
  await assert.rejects(client.open(), { kind: "closed" });
  assert.equal(await server.accept(), null);
});

test("what was read to its end stays read when the connection closes", async () => {
  const [client, server] = memoryPair();
  const [ours, theirs] = await openStream(client, server);
  await ours.end();
  assert.equal(await theirs.read(), null);
  client.close(0, "");
  assert.equal(await theirs.read(), null);
});

test("leaving a scope closes a connection and ends a stream", async () => {
  const [client, server] = memoryPair();
  {
    await using connection = client;
    await using ours = await connection.open();
    await ours.write(text("last"));
  }
  assert.equal((await server.closed).by, "peer");
  const [other, peer] = memoryPair();
  const [ours, theirs] = await openStream(other, peer);
  await ours[Symbol.asyncDispose]();
  assert.equal(await theirs.read(), null);
});

test("both ends export the same key for a label and context, and another one for others", () => {
  const [client, server] = memoryPair({ exporterSecret: text("secret") });
  const [stranger] = memoryPair({ exporterSecret: text("other") });
  const request = { label: "EXPORTER-x", context: text("c"), length: 32 };
  const exported = client.exportKey(request);
  assert.equal(exported.length, 32);
  assert.deepEqual(server.exportKey(request), exported);
  for (const other of [
    client.exportKey({ ...request, label: "EXPORTER-y" }),
    client.exportKey({ ...request, context: text("d") }),
    stranger.exportKey(request),
  ]) {
    assert.notDeepEqual(other, exported);
  }
});

test("each end knows the other's address, and the first the other's certificate", () => {
  const certificate = text("der");
  const [client, server] = memoryPair({ certificate, keyExchange: "X25519" });
  assert.deepEqual([client.remoteAddress, server.remoteAddress], ["server:0", "client:0"]);
  assert.deepEqual([client.peerCertificate, server.peerCertificate], [certificate, null]);
  assert.deepEqual([client.keyExchange, server.keyExchange], ["X25519", "X25519"]);
});
