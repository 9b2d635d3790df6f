import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryListener } from "./index.ts";

test("connections are accepted in the order in which they came, also by one who waits already", async () => {
  const listener = new MemoryListener();
  const first = listener.accept();
  const one = listener.connect();
  listener.connect();
  const [accepted, second] = [await first, await listener.accept()];
  assert.ok(accepted !== null && second !== null && accepted !== second);
  one.close(3, "done");
  assert.equal((await accepted.closed).code, 3);
});

test("a listener that has stopped takes nobody new, and lets the others go on", async () => {
  const listener = new MemoryListener();
  const client = listener.connect();
  const server = await listener.accept();
  assert.ok(server !== null);
  const waiting = listener.accept();
  listener.stop();
  assert.equal(await waiting, null);
  assert.throws(() => listener.connect(), /stopped/);
  await using stream = await client.open();
  await stream.write(Uint8Array.of(1));
  assert.deepEqual(await (await server.accept())?.read(), Uint8Array.of(1));
});

test("a listener that closes ends all connections with its code, accepted or not", async () => {
  const clients = await (async () => {
    await using listener = new MemoryListener();
    const opened = [listener.connect(), listener.connect()];
    await listener.accept();
    await listener.close(5, "bye");
    return opened;
  })();
  for (const client of clients) {
    assert.deepEqual(await client.closed, { kind: "application", by: "peer", code: 5, reason: "bye" });
  }
});
