import assert from "node:assert/strict";
import { test } from "node:test";
import { type Connection, memoryPair, type Stream } from "@quicprochat/connection";
import { methods, RefusalError, refusals } from "@quicprochat/protocol";
import { echo, ServedPair } from "../test/served-pair.ts";
import { encodeResponse } from "./frame.ts";
import { call, closeCodes, RpcError, type RpcErrorKind } from "./index.ts";

const hello = { version: 1, class: 1 };
const empty = new Uint8Array(0);

function isRpcError(kind: RpcErrorKind): (error: unknown) => boolean {
  return (error) => error instanceof RpcError && error.kind === kind;
}

/** A client whose one call gets exactly these bytes as the answer. */
async function callAnsweredBy(answer: (stream: Stream) => Promise<void>): Promise<unknown> {
  const [client, server] = memoryPair();
  const calling = call(client, methods.hello, hello, { deadlineMs: 5_000 });
  const stream = await server.accept();
  assert.ok(stream !== null);
  await answer(stream);
  return calling.finally(() => client.close(0, ""));
}

const callAnswered = (bytes: Uint8Array): Promise<unknown> =>
  callAnsweredBy(async (stream) => {
    await stream.write(bytes);
    await stream.end();
  });

test("a call gets the answer of its handler", async () => {
  await using pair = new ServedPair(echo);
  const response = await call(pair.client, methods.hello, { version: 1, class: 3 });
  assert.equal(response.serverTimeMs, 3n);
});

test("three hundred calls at once each get their own answer", async () => {
  await using pair = new ServedPair(echo);
  const answers = await Promise.all(
    Array.from({ length: 300 }, (_, index) => call(pair.client, methods.hello, { version: 1, class: index })),
  );
  assert.deepEqual(
    answers.map((answer) => answer.serverTimeMs),
    Array.from({ length: 300 }, (_, index) => BigInt(index)),
  );
});

test("every refusal arrives with its code and the time to wait", async () => {
  for (const [code, { status }] of Object.entries(refusals)) {
    const retryAfterMs = Uint8Array.of(0x08, 0xe8, 0x07); // field 1, varint 1000
    await assert.rejects(callAnswered(encodeResponse({ status, requestId: 1, payload: retryAfterMs })), (error) => {
      assert.ok(error instanceof RefusalError);
      assert.deepEqual([error.code, error.retryAfterMs], [code, 1_000]);
      return true;
    });
  }
});

test("a handler's refusal reaches the caller", async () => {
  await using pair = new ServedPair(() => Promise.reject(new RefusalError("rate_limited", 250)));
  await assert.rejects(
    call(pair.client, methods.hello, hello),
    (error) => error instanceof RefusalError && error.code === "rate_limited" && error.retryAfterMs === 250,
  );
  assert.deepEqual(pair.faults, []);
});

test("an answer that is none is a protocol error", async (context) => {
  const response = encodeResponse({ status: 0, requestId: 1, payload: empty });
  const cases: readonly (readonly [string, Uint8Array])[] = [
    ["nothing", empty],
    ["cut short", response.subarray(0, response.length - 1)],
    ["trailing bytes", Uint8Array.of(...response, 0)],
    ["another call's", encodeResponse({ status: 0, requestId: 2, payload: empty })],
    ["an unknown status", encodeResponse({ status: 255, requestId: 1, payload: empty })],
    ["no message", encodeResponse({ status: 0, requestId: 1, payload: Uint8Array.of(0xff) })],
    ["no refusal", encodeResponse({ status: 3, requestId: 1, payload: Uint8Array.of(0xff) })],
    ["a length over the limit", Uint8Array.of(0, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff)],
  ];
  for (const [name, bytes] of cases) {
    await context.test(name, () => assert.rejects(callAnswered(bytes), isRpcError("protocol")));
  }
});

test("a call ends with its deadline, and its handler learns of it", async () => {
  const aborted = Promise.withResolvers<void>();
  await using pair = new ServedPair((_request, signal) => {
    signal.addEventListener("abort", () => aborted.resolve());
    return aborted.promise.then(() => Promise.reject(signal.reason));
  });
  await assert.rejects(call(pair.client, methods.hello, hello, { deadlineMs: 10 }), isRpcError("deadline"));
  await aborted.promise;
  assert.deepEqual(pair.faults, []);
});

test("a caller that gives up stops its handler", async () => {
  const started = Promise.withResolvers<AbortSignal>();
  await using pair = new ServedPair(async (_request, signal) => {
    started.resolve(signal);
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    return {};
  });
  const controller = new AbortController();
  const calling = call(pair.client, methods.hello, hello, { signal: controller.signal });
  const signal = await started.promise;
  assert.equal(signal.aborted, false);
  controller.abort();
  await assert.rejects(calling, isRpcError("cancelled"));
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve));
});

test("a call with a signal that has aborted already opens no stream", async () => {
  const [client, server] = memoryPair();
  await assert.rejects(call(client, methods.hello, hello, { signal: AbortSignal.abort() }), isRpcError("cancelled"));
  client.close(0, "");
  assert.equal(await server.accept(), null);
});

test("a call that waits for the peer's stream limit still ends with its deadline", async () => {
  const [client, server] = memoryPair({ backlog: 1 });
  await client.open();
  await assert.rejects(call(client, methods.hello, hello, { deadlineMs: 10 }), isRpcError("deadline"));
  // The stream that opens too late is given up, not used.
  await server.accept();
  const late = await server.accept();
  assert.ok(late !== null);
  await assert.rejects(late.read(), { name: "StreamError", code: closeCodes.cancelled });
  client.close(0, "");
});

test("a call ends as closed with its connection or when its stream is reset", async (context) => {
  const endings: readonly (readonly [string, (connection: Connection, stream: Stream) => void])[] = [
    ["by the server", (connection) => connection.close(closeCodes.draining, "stopping")],
    ["by a reset", (_connection, stream) => stream.reset(closeCodes.excessive)],
  ];
  for (const [name, end] of endings) {
    await context.test(name, async () => {
      const [client, server] = memoryPair();
      const calling = call(client, methods.hello, hello);
      const stream = await server.accept();
      assert.ok(stream !== null);
      end(server, stream);
      await assert.rejects(calling, isRpcError("closed"));
      client.close(0, "");
    });
  }
  await context.test("before it began", async () => {
    const [client] = memoryPair();
    client.close(0, "");
    await assert.rejects(call(client, methods.hello, hello), isRpcError("closed"));
  });
});

test("request ids start anew on each connection, so that they tie no two together", async () => {
  for (let round = 0; round < 2; round++) {
    await callAnswered(encodeResponse({ status: 0, requestId: 1, payload: empty }));
  }
});
