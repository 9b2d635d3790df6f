import assert from "node:assert/strict";
import { test } from "node:test";
import { type Connection, memoryPair } from "@quicprochat/connection";
import { pushes } from "@quicprochat/protocol";
import { encodeRequest } from "./frame.ts";
import { closeCodes, decodePush, limits, push, type ReceivedPush, receivePushes } from "./index.ts";

/** A pair whose client collects pushes; `collected` resolves when the connection has ended. */
function collecting(): { client: Connection; server: Connection; collected: Promise<ReceivedPush[]> } {
  const [client, server] = memoryPair();
  const received: ReceivedPush[] = [];
  const collected = receivePushes(client, (one) => received.push(one)).then(() => received);
  return { client, server, collected };
}

async function sendRaw(server: Connection, bytes: Uint8Array): Promise<void> {
  const stream = await server.open({ unidirectional: true });
  await stream.write(bytes);
  await stream.end();
}

/** All pushes sent before are with the client once it has taken this one. */
async function finish(server: Connection, client: Connection, collected: Promise<ReceivedPush[]>) {
  await push(server, pushes.doorWake, {});
  await new Promise((resolve) => setImmediate(resolve));
  client.close(closeCodes.done, "");
  return collected;
}

test("pushes arrive in order with their number and message", async () => {
  const { client, server, collected } = collecting();
  const address = new Uint8Array(32).fill(7);
  await push(server, pushes.mailboxWake, { address });
  const [wake, door] = await finish(server, client, collected);
  assert.equal(wake?.number, pushes.mailboxWake.number);
  assert.deepEqual(decodePush(pushes.mailboxWake.message, wake?.payload ?? address)?.address, address);
  assert.equal(door?.number, pushes.doorWake.number);
});

test("a malformed push costs its stream, and the next one arrives", async () => {
  const { client, server, collected } = collecting();
  const frame = encodeRequest({ number: 250, requestId: 0, payload: Uint8Array.of(1) });
  await sendRaw(server, frame.subarray(0, 3));
  await sendRaw(server, frame.subarray(0, frame.length - 1));
  await sendRaw(server, Uint8Array.of(...frame, 0));
  await sendRaw(server, encodeRequest({ number: 250, requestId: 0, payload: new Uint8Array(limits.pushBytesMax + 1) }));
  const received = await finish(server, client, collected);
  assert.deepEqual(
    received.map((one) => one.number),
    [pushes.doorWake.number],
  );
});

test("a server that keeps sending malformed pushes loses the connection", async () => {
  const { client, server, collected } = collecting();
  for (let sent = 0; sent <= limits.malformedFramesMax; sent++) await sendRaw(server, Uint8Array.of(0));
  assert.equal((await client.closed).code, closeCodes.badFrame);
  assert.deepEqual(await collected, []);
});

test("a payload that is no message decodes to nothing", () => {
  assert.equal(decodePush(pushes.mailboxWake.message, Uint8Array.of(0xff)), undefined);
});

test("a push on a connection that has ended fails as closed", async () => {
  const [client, server] = memoryPair();
  client.close(closeCodes.done, "");
  await assert.rejects(push(server, pushes.doorWake, {}), { name: "RpcError", kind: "closed" });
});
