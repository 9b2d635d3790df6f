import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { ConnectionEvent } from "./connection-event.ts";
import type { StreamLimits } from "./streams.ts";
import { Streams } from "./streams.ts";
import { defaultTransportParameters } from "./transport-parameters.ts";

const moment = { now: 0, roundTrip: 1 };
const limits: StreamLimits = {
  streamsMax: 4,
  unidirectionalStreamsMax: 4,
  streamWindowBytes: 1000,
  streamWindowBytesMax: 4000,
  connectionWindowBytes: 2000,
  connectionWindowBytesMax: 8000,
  connectionWriteBytesMax: 10_000,
};

function streams(role: "client" | "server" = "server", given = limits) {
  const events: ConnectionEvent[] = [];
  const held = { bytes: 0 };
  const emit = (event: ConnectionEvent): number => events.push(event);
  const onHeldBytes = (change: number): number => (held.bytes += change);
  return { streams: new Streams({ role, limits: given, emit, onHeldBytes }), events, held };
}

/** A peer that keeps to the letter of RFC 9000 section 4.1, and knows the limits that it was given. */
class Peer {
  readonly #streams = streams().streams;
  readonly #highest = [0, 0, 0, 0];
  readonly #ended = new Set<number>();
  readonly #stopped = new Set<number>();

  /** A range that begins anywhere before the stream's end: new, seen before, or both. */
  send(index: number, start: number, length: number, fin: boolean): void {
    const highest = this.#highest[index] ?? 0;
    const offset = start % (highest + 1);
    const used = this.#highest.reduce((sum, each) => sum + each, 0);
    const most = this.#ended.has(index) ? highest : highest + Math.min(limits.streamWindowBytes, this.#left(used));
    const end = Math.min(offset + length, most);
    const ends = fin && end >= highest;
    this.#streams.onStream({ streamId: 4 * index, offset, data: new Uint8Array(end - offset), fin: ends }, moment);
    this.#highest[index] = Math.max(highest, end);
    if (ends) this.#ended.add(index);
  }

  reset(index: number): void {
    const finalSize = this.#highest[index] ?? 0;
    this.#streams.onReset({ streamId: 4 * index, code: 1, finalSize }, moment);
    this.#ended.add(index);
  }

  read(index: number): void {
    this.#streams.read(4 * index, moment);
  }

  stop(index: number): void {
    this.#streams.stop(4 * index, 0, moment);
    this.#stopped.add(index);
  }

  get counted(): readonly [ours: number, theirs: number] {
    return [this.#streams.receivedBytes, this.#highest.reduce((sum, each) => sum + each, 0)];
  }

  #left(used: number): number {
    return this.#streams.receiveLimit - used;
  }
}

const step = fc.record({
  kind: fc.constantFrom("send", "send", "send", "send", "read", "reset", "stop"),
  index: fc.nat(3),
  start: fc.nat(),
  length: fc.nat(700),
  fin: fc.boolean(),
});

test("each byte of a peer that keeps to its limits is counted once, whatever overlaps, ends, or is not wanted", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const peer = new Peer();
      const unread = [0, 0, 0, 0];
      for (const { kind, index, start, length, fin } of steps) {
        // The limit of a stream is not asked for here: what it was given at first is kept to between two reads.
        const sent = unread[index] ?? 0;
        if (kind === "send" && sent + length <= limits.streamWindowBytes) {
          unread[index] = sent + length;
          peer.send(index, start, length, fin && length % 3 === 0);
        } else if (kind === "read") peer.read(index);
        else if (kind === "reset" && start % 4 === 0) peer.reset(index);
        else if (kind === "stop" && start % 4 === 0) peer.stop(index);
        const [ours, theirs] = peer.counted;
        assert.equal(ours, theirs);
      }
    }),
    { numRuns: 500 },
  );
});

test("a single stream is never held up by its connection", () => {
  const { streams: server } = streams("server", { ...limits, connectionWindowBytes: 1000 });
  const slow = { now: 0, roundTrip: 0 };
  let sent = 0;
  for (let round = 0; round < 400; round++) {
    const data = new Uint8Array(100 + ((round * 37) % 400));
    server.onStream({ streamId: 0, offset: sent, data, fin: false }, slow);
    sent += data.length;
    while (server.read(0, slow).kind === "data");
    assert.ok(server.receiveLimit - sent >= limits.streamWindowBytes);
  }
});

test("a stream that was stopped after its end had come makes room for another", () => {
  const { streams: server } = streams();
  for (let index = 0; index < 20; index++) {
    const streamId = 4 * index + 2;
    server.onStream({ streamId, offset: 0, data: new Uint8Array(10), fin: true }, moment);
    server.stop(streamId, 0, moment);
    assert.equal(server.count, 0);
  }
});

/** A client that may send as much as it likes, with so many streams open. */
function writer(count: number) {
  const made = streams("client");
  const plenty = 2 ** 40;
  made.streams.setPeerLimits({
    ...defaultTransportParameters,
    initialMaxData: plenty,
    initialMaxStreamDataBidiRemote: plenty,
    initialMaxStreamsBidi: count,
  });
  const ids = Array.from({ length: count }, () => made.streams.open(false) ?? -1);
  return { ...made, ids };
}

test("a connection takes no more than it may keep, and tells whoever waits when the peer has taken some", () => {
  const { streams: client, ids, held, events } = writer(3);
  const taken = ids.map((id) => client.write(id, new Uint8Array(6000)));
  assert.deepEqual(taken, [6000, 4000, 0]);
  assert.equal(held.bytes, 10_000);
  assert.equal(client.held.count, 10_000);
  client.reset(ids[0] ?? 0, 1);
  assert.equal(held.bytes, 4000);
  const writable = events.filter(({ kind }) => kind === "stream-writable");
  assert.deepEqual(
    writable.map((event) => "streamId" in event && event.streamId),
    [ids[1], ids[2]],
  );
  assert.equal(client.write(ids[2] ?? 0, new Uint8Array(7000)), 6000);
  client.onStopSending(ids[1] ?? 0, 0);
  assert.equal(held.bytes, 6000);
  client.held.drop();
  client.reset(ids[2] ?? 0, 1);
  assert.equal(held.bytes, 0);
});
