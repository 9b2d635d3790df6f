import assert from "node:assert/strict";
import { test } from "node:test";
import { DecodeError } from "@quicprochat/bytes";
import fc from "fast-check";
import { PacketReader } from "../packet-reader.ts";
import { PacketWriter } from "../packet-writer.ts";
import { RangeSet } from "../range-set.ts";
import { type AckFrame, readAck, writeAckOf } from "./ack-frame.ts";
import { type Frame, readFrame, writeFrame } from "./frame.ts";
import { FrameType } from "./frame-type.ts";

const varint = fc.oneof(
  fc.integer({ min: 0, max: 70 }),
  fc.integer({ min: 0, max: 2 ** 31 }),
  fc.maxSafeInteger().map(Math.abs),
);
const bytes = fc.uint8Array({ maxLength: 40 });
const exactly = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

const ack: fc.Arbitrary<Frame> = fc
  .record({
    steps: fc.array(fc.tuple(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 300 })), {
      minLength: 1,
      maxLength: 20,
    }),
    delay: varint,
    ecn: fc.option(fc.record({ ect0: varint, ect1: varint, ce: varint }), { nil: undefined }),
  })
  .map(({ steps, delay, ecn }): AckFrame => {
    const ascending: number[] = [];
    let at = 0;
    for (const [gap, length] of steps) {
      ascending.push(at + gap, at + gap + length);
      at += gap + length + 2;
    }
    const ranges = ascending.toReversed();
    return { kind: "ack", largest: ranges[0] ?? 0, delay, ranges, ecn };
  });

const frames: readonly fc.Arbitrary<Frame>[] = [
  fc.integer({ min: 1, max: 30 }).map((length): Frame => ({ kind: "padding", length })),
  fc.constant<Frame>({ kind: "ping" }),
  ack,
  fc.record({ kind: fc.constant("reset-stream"), streamId: varint, code: varint, finalSize: varint }),
  fc.record({ kind: fc.constant("stop-sending"), streamId: varint, code: varint }),
  fc.record({ kind: fc.constant("crypto"), offset: fc.nat(), data: bytes }),
  fc.record({ kind: fc.constant("new-token"), token: fc.uint8Array({ minLength: 1, maxLength: 90 }) }),
  fc.record({ kind: fc.constant("stream"), streamId: varint, offset: fc.nat(), fin: fc.boolean(), data: bytes }),
  fc.record({ kind: fc.constant("max-data"), maximum: varint }),
  fc.record({ kind: fc.constant("max-stream-data"), streamId: varint, maximum: varint }),
  fc.record({ kind: fc.constant("max-streams"), unidirectional: fc.boolean(), maximum: varint }),
  fc.record({ kind: fc.constant("data-blocked"), limit: varint }),
  fc.record({ kind: fc.constant("stream-data-blocked"), streamId: varint, limit: varint }),
  fc.record({ kind: fc.constant("streams-blocked"), unidirectional: fc.boolean(), limit: varint }),
  fc.nat().chain((sequence) =>
    fc.record({
      kind: fc.constant("new-connection-id"),
      sequence: fc.constant(sequence),
      retirePriorTo: fc.integer({ min: 0, max: sequence }),
      connectionId: fc.uint8Array({ minLength: 1, maxLength: 20 }),
      resetToken: exactly(16),
    }),
  ),
  fc.record({ kind: fc.constant("retire-connection-id"), sequence: varint }),
  fc.record({ kind: fc.constantFrom("path-challenge", "path-response"), data: exactly(8) }),
  fc.record({
    kind: fc.constant("connection-close"),
    by: fc.constant("transport"),
    code: varint,
    frameType: varint,
    reason: bytes,
  }),
  fc.record({
    kind: fc.constant("connection-close"),
    by: fc.constant("application"),
    code: varint,
    frameType: fc.constant(0),
    reason: bytes,
  }),
  fc.constant<Frame>({ kind: "handshake-done" }),
  fc.record({ kind: fc.constant("datagram"), data: bytes }),
];

function encode(frame: Frame): Uint8Array {
  const writer = new PacketWriter(new Uint8Array(1500));
  writeFrame(writer, frame);
  return writer.bytes.slice(0, writer.at);
}

function decode(wire: Uint8Array): Frame {
  const reader = new PacketReader(wire);
  const frame = readFrame(reader, reader.frameType());
  assert.equal(reader.remaining, 0);
  return frame;
}

const plain = (frame: Frame): unknown =>
  JSON.parse(JSON.stringify(frame, (_, value: unknown) => (value instanceof Uint8Array ? [...value] : value)));

test("every frame reads as it was written and writes the same bytes again", () => {
  fc.assert(
    fc.property(fc.oneof(...frames), (frame) => {
      const wire = encode(frame);
      const read = decode(wire);
      assert.deepEqual(plain(read), plain(frame));
      assert.deepEqual(encode(read), wire);
    }),
    { numRuns: 3000 },
  );
});

test("every truncation of a frame is a DecodeError or a shorter frame", () => {
  fc.assert(
    fc.property(fc.oneof(...frames), fc.nat(), (frame, cut) => {
      const wire = encode(frame);
      readAll(wire.subarray(0, cut % wire.length));
    }),
    { numRuns: 2000 },
  );
});

test("random bytes yield frames or a DecodeError, nothing else", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), readAll), { numRuns: 5000 });
});

function readAll(wire: Uint8Array): void {
  const reader = new PacketReader(wire);
  try {
    while (reader.remaining > 0) readFrame(reader, reader.frameType());
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
  }
}

test("a frame type in more bytes than it needs is refused", () => {
  assert.throws(() => new PacketReader(Uint8Array.of(0x40, 0x01)).frameType(), DecodeError);
  assert.throws(() => new PacketReader(Uint8Array.of(0x80, 0, 0x01, 0)).frameType(), DecodeError);
  assert.equal(new PacketReader(Uint8Array.of(0x41, 0x01)).frameType(), 0x101);
});

test("a limit beyond 2^53 reads as the largest exact number", () => {
  const wire = Uint8Array.of(FrameType.maxData, 255, 255, 255, 255, 255, 255, 255, 255);
  assert.deepEqual(decode(wire), { kind: "max-data", maximum: Number.MAX_SAFE_INTEGER });
});

test("more streams than can exist are refused", () => {
  const wire = Uint8Array.of(FrameType.maxStreamsBidirectional, 255, 255, 255, 255, 255, 255, 255, 255);
  assert.throws(() => decode(wire), DecodeError);
});

test("an ACK of what was received names the highest ranges that fit", () => {
  const received = new RangeSet();
  for (let number = 0; number < 400; number += 4) received.add(number, number + 2);
  for (const room of [60, 80, 300]) {
    const writer = new PacketWriter(new Uint8Array(room));
    assert.equal(writeAckOf(writer, received, { delay: 7, ecn: undefined }), true);
    const reader = new PacketReader(writer.bytes, 0, writer.at);
    assert.equal(reader.frameType(), FrameType.ack);
    const { ranges, largest, delay } = readAck(reader, false);
    assert.equal(reader.remaining, 0);
    assert.equal(largest, 397);
    assert.equal(delay, 7);
    for (let index = 0; index < ranges.length; index += 2) {
      assert.deepEqual([ranges[index], ranges[index + 1]], [397 - 2 * index, 396 - 2 * index]);
    }
    assert.ok(room < 300 ? ranges.length < 200 : ranges.length === 200);
  }
  assert.equal(writeAckOf(new PacketWriter(new Uint8Array(20)), received, { delay: 7, ecn: undefined }), false);
});
