import assert from "node:assert/strict";
import { test } from "node:test";
import type { Connection, Stream } from "@quicprochat/connection";
import { methods } from "@quicprochat/protocol";
import fc from "fast-check";
import { echo, ServedPair } from "../test/served-pair.ts";
import { encodeRequest } from "./frame.ts";
import { call, closeCodes } from "./index.ts";

const FRAMES = 100_000;
const FRAMES_AT_ONCE = 50;

type Mutation = (frame: Uint8Array) => Uint8Array;

const flips = fc.array(fc.tuple(fc.nat(30), fc.nat(0xff)), { minLength: 1, maxLength: 4 });
const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  flips.map(
    (changes): Mutation =>
      (frame) => {
        const mutated = frame.slice();
        for (const [at, value] of changes) mutated[at % mutated.length] = value;
        return mutated;
      },
  ),
  fc.nat(30).map(
    (length): Mutation =>
      (frame) =>
        frame.slice(0, length),
  ),
  fc.uint8Array({ minLength: 1, maxLength: 8 }).map(
    (tail): Mutation =>
      (frame) =>
        Uint8Array.of(...frame, ...tail),
  ),
  fc.uint8Array({ maxLength: 64 }).map(
    (bytes): Mutation =>
      () =>
        bytes,
  ),
);
const payload = fc.uint8Array({ maxLength: 16 });
const frame = fc
  .tuple(fc.constantFrom(methods.hello.number, methods.enqueue.number), fc.nat(0xffff_ffff), payload, mutation)
  .map(([number, requestId, bytes, mutate]) => mutate(encodeRequest({ number, requestId, payload: bytes })));

/** Sends one frame and waits until the server is done with its stream. */
async function attack(connection: Connection, bytes: Uint8Array): Promise<void> {
  const stream = await connection.open();
  try {
    await stream.write(bytes);
    await stream.end();
    await readToEnd(stream);
  } catch (error) {
    assert.ok(error instanceof Error && error.name === "StreamError", String(error));
    stream.reset(closeCodes.done);
  }
}

async function readToEnd(stream: Stream): Promise<void> {
  while ((await stream.read()) !== null);
}

test("a hundred thousand mutated frames harm neither other calls nor other connections", async () => {
  await using attacked = new ServedPair(echo, { malformedFramesMax: FRAMES, requestBytesMax: 2 ** 40 });
  await using other = new ServedPair(echo);
  let sent = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(frame, { minLength: FRAMES_AT_ONCE, maxLength: FRAMES_AT_ONCE }), async (frames) => {
      sent += frames.length;
      const attacks = Promise.all(frames.map((bytes) => attack(attacked.client, bytes)));
      for (const { client } of [attacked, other]) {
        assert.equal((await call(client, methods.hello, { version: 1, class: 4 })).serverTimeMs, 4n);
      }
      await attacks;
    }),
    { numRuns: FRAMES / FRAMES_AT_ONCE },
  );
  assert.ok(sent >= FRAMES);
  assert.deepEqual(attacked.faults, []);
});
