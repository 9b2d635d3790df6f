import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import type { Connection, Stream } from "@quicprochat/connection";
import { acceptStream, ask, echoStreams, Loopback, readAll } from "./loopback.ts";

const CHUNK = new Uint8Array(64 * 1024).fill(7);
const CHUNKS = 128;

/** Writes all chunks and ends; says how many bytes were taken so far. */
class Flood {
  taken = 0;
  readonly done: Promise<void>;

  constructor(stream: Stream) {
    this.done = this.#write(stream);
  }

  async #write(stream: Stream): Promise<void> {
    for (let count = 0; count < CHUNKS; count++) {
      await stream.write(CHUNK);
      this.taken += CHUNK.length;
    }
    await stream.end();
  }
}

/** Waits until nothing moves any more. */
async function stalled(floods: readonly Flood[]): Promise<number> {
  const total = (): number => floods.reduce((sum, flood) => sum + flood.taken, 0);
  for (let [before, same] = [-1, 0]; same < 5; before = total()) {
    await setTimeout(50);
    same = total() === before ? same + 1 : 0;
  }
  return total();
}

/** What both ends may hold for one stream that nobody reads: the writer's buffer and the reader's window, with the writes that wait. */
const streamBytesMax = 512 * 1024;

async function heldBack(writer: Connection, reader: Connection): Promise<void> {
  const flood = new Flood(await writer.open({ unidirectional: true }));
  const stream = await acceptStream(reader);
  const taken = await stalled([flood]);
  assert.ok(taken > 0 && taken <= streamBytesMax, `${taken} bytes were taken`);
  const received = await readAll(stream);
  await flood.done;
  assert.equal(received.length, CHUNK.length * CHUNKS);
}

test("a server that does not read holds the client back, and gets it all when it reads", async () => {
  await using server = await Loopback.start();
  const { client, accepted } = await server.connect();
  await heldBack(client, accepted);
});

test("a client that does not read holds the server back, and gets it all when it reads", async () => {
  await using server = await Loopback.start();
  const { client, accepted } = await server.connect();
  await heldBack(accepted, client);
});

test("many streams that nobody reads hold no more than a connection may", async () => {
  await using server = await Loopback.start();
  const { client, accepted } = await server.connect();
  const streams = await Promise.all(Array.from({ length: 60 }, () => client.open()));
  const floods = streams.map((stream) => new Flood(stream));
  for (const { done } of floods) done.catch(() => {});
  const taken = await stalled(floods);
  // The window of the connection, and the buffer of each stream.
  const most = 512 * 1024 + streams.length * CHUNK.length;
  assert.ok(taken > 0 && taken <= most, `${taken} bytes were taken`);
  client.close(0, "");
  await accepted.closed;
});

test("a stalled stream does not hold up another one", async () => {
  await using server = await Loopback.start();
  const { client, accepted } = await server.connect();
  const flood = new Flood(await client.open());
  flood.done.catch(() => {});
  await acceptStream(accepted);
  await stalled([flood]);
  // The window of the connection is larger than that of a stream.
  void echoStreams(accepted);
  assert.equal(String(await ask(client, Buffer.from("through"))), "through");
});

test("streams that are abandoned give back what was held for them", async () => {
  await using server = await Loopback.start();
  const { client, accepted } = await server.connect();
  for (let round = 0; round < 30; round++) {
    const stream = await client.open();
    const flood = new Flood(stream);
    const failed = assert.rejects(flood.done);
    await acceptStream(accepted);
    while (flood.taken < 2 * CHUNK.length) await setTimeout(1);
    stream.reset(2);
    await failed;
  }
  void echoStreams(accepted);
  assert.equal(String(await ask(client, Buffer.from("through"))), "through");
});
