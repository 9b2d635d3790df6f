import assert from "node:assert/strict";
import { test } from "node:test";
import { create } from "@bufbuild/protobuf";
import { encodeWith } from "@quicprochat/bytes";
import { type Stream, StreamError } from "@quicprochat/connection";
import { HelloResponseSchema, methods, limits as protocolLimits, RefusalError } from "@quicprochat/protocol";
import { echo, ServedPair } from "../test/served-pair.ts";
import { encodeRequest } from "./frame.ts";
import { call, closeCodes, limits } from "./index.ts";

const hello = { version: 1, class: 1 };
const number = methods.hello.number;
const empty = new Uint8Array(0);

/** Everything that the peer still sends. */
async function readAll(stream: Stream): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for (let chunk = await stream.read(); chunk !== null; chunk = await stream.read()) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** The status byte that answers these bytes, with our direction ended behind them. */
async function statusFor(pair: ServedPair, bytes: Uint8Array): Promise<number | undefined> {
  const stream = await pair.client.open();
  await stream.write(bytes);
  await stream.end();
  return (await readAll(stream))[0];
}

const header = (payloadBytes: number): Uint8Array =>
  encodeWith((writer) => writer.u16(number).u32(1).u32(payloadBytes));

const isReset = (code: number) => ({ name: "StreamError", kind: "reset", code });

test("an exception of a handler becomes `unavailable`, and its text stays here", async () => {
  const fault = new Error("the secret is 1234");
  await using pair = new ServedPair(() => Promise.reject(fault));
  const stream = await pair.client.open();
  await stream.write(encodeRequest({ number, requestId: 1, payload: empty }));
  await stream.end();
  const response = await readAll(stream);
  assert.equal(response[0], 21);
  assert.ok(!Buffer.from(response).includes("1234"));
  assert.deepEqual(pair.faults, [fault]);
});

test("a response that does not fit a frame is a fault of ours", async () => {
  const huge = create(HelloResponseSchema);
  huge.$unknown = [{ no: 9, wireType: 2, data: new Uint8Array(protocolLimits.payloadBytesMax) }];
  await using pair = new ServedPair(async () => huge);
  await assert.rejects(
    call(pair.client, methods.hello, hello),
    (error) => error instanceof RefusalError && error.code === "unavailable",
  );
  assert.equal(pair.faults.length, 1);
});

test("bytes that are no message are refused as malformed", async () => {
  await using pair = new ServedPair(echo);
  assert.equal(await statusFor(pair, encodeRequest({ number, requestId: 1, payload: Uint8Array.of(0xff) })), 3);
});

test("an unknown method is refused before its payload has arrived", async () => {
  await using pair = new ServedPair(echo);
  const stream = await pair.client.open();
  await stream.write(encodeWith((writer) => writer.u16(999).u32(1).u32(1_000)));
  assert.equal((await stream.read())?.[0], 2);
  await stream.end();
});

test("a payload over 4 MiB is refused as too large, and its caller may go on to send all the same", async () => {
  await using pair = new ServedPair(echo);
  const payload = new Uint8Array(protocolLimits.payloadBytesMax + 1);
  const stream = await pair.client.open();
  await stream.write(header(payload.length));
  assert.equal((await stream.read())?.[0], 4);
  await stream.write(payload.subarray(0, protocolLimits.payloadBytesMax));
  await stream.end();
  assert.equal(await stream.read(), null);
});

test("requests that together announce too many bytes are refused until others have gone", async () => {
  await using pair = new ServedPair(echo, { requestBytesMax: 1_000 });
  const waiting = await pair.client.open();
  await waiting.write(header(900));
  assert.equal(await statusFor(pair, encodeRequest({ number, requestId: 2, payload: new Uint8Array(101) })), 6);
  waiting.reset(closeCodes.cancelled);
  assert.equal(await statusFor(pair, encodeRequest({ number, requestId: 3, payload: empty })), 0);
});

test("a malformed frame costs its stream, and many of them the connection", async (context) => {
  const frame = encodeRequest({ number, requestId: 1, payload: empty });
  for (const [name, bytes] of [
    ["cut header", frame.subarray(0, 5)],
    ["cut payload", header(1)],
    ["trailing bytes", Uint8Array.of(...frame, 0)],
  ] as const) {
    await context.test(name, async () => {
      await using pair = new ServedPair(echo, { malformedFramesMax: 1 });
      const spoil = async (): Promise<void> => {
        const stream = await pair.client.open();
        await stream.write(bytes);
        await stream.end();
        await assert.rejects(readAll(stream), isReset(closeCodes.badFrame));
      };
      await spoil();
      assert.equal((await call(pair.client, methods.hello, hello)).serverTimeMs, 1n);
      const stream = await pair.client.open();
      await stream.write(bytes);
      await stream.end();
      const { by, code } = await pair.client.closed;
      assert.deepEqual({ by, code }, { by: "peer", code: closeCodes.badFrame });
    });
  }
});

test("a peer that dribbles its request loses the stream", async (context) => {
  for (const [name, bytes] of [
    ["no byte", empty],
    ["half a header", header(0).subarray(0, 5)],
    ["half a payload", Uint8Array.of(...header(2), 0)],
  ] as const) {
    await context.test(name, async () => {
      await using pair = new ServedPair(echo, { arrivalMs: 10 });
      const stream = await pair.client.open();
      await stream.write(bytes);
      await assert.rejects(readAll(stream), isReset(closeCodes.excessive));
    });
  }
});

test("a peer that neither reads the answer nor ends its stream loses it", async () => {
  await using pair = new ServedPair(echo, { deliveryMs: 10 });
  const stream = await pair.client.open();
  await stream.write(encodeRequest({ number, requestId: 1, payload: empty }));
  assert.equal((await stream.read())?.[0], 0);
  assert.equal(await stream.read(), null);
  // Only a write can tell us here: the server has ended its direction properly.
  await assert.rejects(async () => {
    for (;;) {
      await stream.write(empty);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }, isReset(closeCodes.excessive));
});

test("a handler that takes too long is told to stop", async () => {
  const stopped = Promise.withResolvers<void>();
  await using pair = new ServedPair(
    async (_request, signal) => {
      signal.addEventListener("abort", () => stopped.resolve());
      await stopped.promise;
      return {};
    },
    { handlingMs: 10 },
  );
  await assert.rejects(call(pair.client, methods.hello, hello), { name: "RpcError", kind: "closed" });
  await stopped.promise;
});

test("no more calls than allowed are under way at once, and all get their answer", async () => {
  let underWay = 0;
  let most = 0;
  await using pair = new ServedPair(
    async () => {
      underWay++;
      most = Math.max(most, underWay);
      await new Promise((resolve) => setImmediate(resolve));
      underWay--;
      return {};
    },
    { concurrentCallsMax: 5 },
  );
  await Promise.all(Array.from({ length: 50 }, () => call(pair.client, methods.hello, hello)));
  assert.equal(most, 5);
});

test("when the connection ends, handlers are told and `serve` waits for them", async () => {
  const started = Promise.withResolvers<void>();
  let finished = false;
  const pair = new ServedPair(async (_request, signal) => {
    started.resolve();
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    await new Promise((resolve) => setImmediate(resolve));
    finished = true;
    return {};
  });
  const calling = call(pair.client, methods.hello, hello);
  await started.promise;
  pair.client.close(closeCodes.done, "");
  await assert.rejects(calling, { name: "RpcError", kind: "closed" });
  await pair.served;
  assert.ok(finished);
  assert.deepEqual(pair.faults, []);
});

test("a handler is told of the connection's end also when its caller has ended the stream", async () => {
  const started = Promise.withResolvers<void>();
  const pair = new ServedPair(async (_request, signal) => {
    started.resolve();
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    return {};
  });
  const stream = await pair.client.open();
  await stream.write(encodeRequest({ number, requestId: 1, payload: empty }));
  await stream.end();
  await started.promise;
  pair.client.close(closeCodes.done, "");
  await pair.served;
});

test("the limits allow at least one whole request", () => {
  assert.ok(limits.requestBytesMax >= protocolLimits.payloadBytesMax);
});

test("a connection that is drained ends behind the answer to its last call", async () => {
  const release = Promise.withResolvers<void>();
  const started = Promise.withResolvers<void>();
  await using pair = new ServedPair(async () => {
    started.resolve();
    await release.promise;
    return { serverTimeMs: 7n };
  });
  const calling = call(pair.client, methods.hello, hello);
  await started.promise;
  pair.drain.abort();
  release.resolve();
  assert.equal((await calling).serverTimeMs, 7n);
  assert.equal((await pair.client.closed).code, closeCodes.draining);
  await pair.served;
});

test("a connection without calls is drained at once", async () => {
  await using pair = new ServedPair(echo);
  pair.drain.abort();
  assert.equal((await pair.client.closed).code, closeCodes.draining);
});

test("a call that finds no room in the shared memory is refused, and what calls took comes back", async () => {
  const memory = {
    free: 100,
    take(bytes: number): boolean {
      const fits = bytes <= this.free;
      if (fits) this.free -= bytes;
      return fits;
    },
    give(bytes: number): void {
      this.free += bytes;
    },
  };
  await using pair = new ServedPair(echo, {}, memory);
  const allGivenBack = async (free: number): Promise<void> => {
    while (memory.free !== free) await new Promise((resolve) => setImmediate(resolve));
  };
  for (let round = 0; round < 30; round++) await call(pair.client, methods.hello, hello);
  await allGivenBack(100);
  // Two fields of two bytes each in the request, one of them in the response.
  for (const free of [3, 5]) {
    memory.free = free;
    await assert.rejects(call(pair.client, methods.hello, hello), { name: "RefusalError", code: "rate_limited" });
    await allGivenBack(free);
  }
  memory.free = 6;
  await call(pair.client, methods.hello, hello);
});

test("a caller that leaves while its call is at work is no fault of ours", async () => {
  const leaving = async (): Promise<never> => {
    throw new StreamError("closed");
  };
  await using pair = new ServedPair(leaving);
  await assert.rejects(call(pair.client, methods.hello, { version: 1, class: 1 }), { code: "unavailable" });
  assert.deepEqual(pair.faults, []);
});
