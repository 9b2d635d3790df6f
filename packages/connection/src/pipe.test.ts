import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import fc from "fast-check";
import { StreamError } from "./index.ts";
import { Pipe } from "./pipe.ts";

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

/** Whether it has settled after everything that was ready has run. */
async function settled(work: Promise<unknown>): Promise<boolean> {
  let done = false;
  const settle = (): void => {
    done = true;
  };
  void work.then(settle, settle);
  await turn();
  return done;
}

async function readAll(pipe: Pipe): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for (let chunk = await pipe.read(); chunk !== null; chunk = await pipe.read()) chunks.push(chunk);
  return Buffer.concat(chunks);
}

test("bytes come out in the order in which they went in, however they were cut", async () => {
  const chunks = fc.array(fc.uint8Array({ maxLength: 30 }), { maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(chunks, fc.integer({ min: 1, max: 40 }), async (written, capacity) => {
      const pipe = new Pipe(capacity);
      const read = readAll(pipe);
      for (const chunk of written) await pipe.write(chunk);
      pipe.end();
      assert.deepEqual(new Uint8Array(await read), new Uint8Array(Buffer.concat(written)));
    }),
  );
});

test("a writer waits while the pipe is full, and only then", async () => {
  const pipe = new Pipe(4);
  await pipe.write(bytes(1, 2, 3));
  const waiting = pipe.write(bytes(4, 5));
  assert.equal(await settled(waiting), false);
  await pipe.read();
  await waiting;
  assert.deepEqual(await pipe.read(), bytes(4, 5));
});

test("a writer who waits each time never has more than the capacity and one chunk in the pipe", async () => {
  const pipe = new Pipe(100);
  let written = 0;
  const writing = (async () => {
    for (; written < 1_000; written += 10) await pipe.write(new Uint8Array(10));
  })();
  assert.equal(await settled(writing), false);
  assert.ok(written <= 100, `${written}`);
  for (let read = 0; read < 1_000; read += (await pipe.read())?.length ?? 0) assert.ok(written - read <= 110);
  await writing;
});

test("what was written does not change when its writer goes on using the buffer", async () => {
  const pipe = new Pipe(10);
  const buffer = bytes(1);
  await pipe.write(buffer);
  buffer[0] = 2;
  assert.deepEqual(await pipe.read(), bytes(1));
});

test("a reader waits for bytes, gets what is left after the end, then null for ever", async () => {
  const pipe = new Pipe(10);
  const reading = pipe.read();
  assert.equal(await settled(reading), false);
  await pipe.write(bytes(7));
  assert.deepEqual(await reading, bytes(7));
  await pipe.write(bytes(8));
  pipe.end();
  pipe.end();
  assert.deepEqual(await pipe.read(), bytes(8));
  assert.equal(await pipe.read(), null);
  assert.equal(await pipe.read(), null);
});

test("nothing is written behind the end", async () => {
  const pipe = new Pipe(10);
  pipe.end();
  await assert.rejects(pipe.write(bytes(1)), { name: "StreamError", kind: "local" });
});

test("a failure wakes reader and writer, drops what waited, and stays", async () => {
  const pipe = new Pipe(1);
  const writing = pipe.write(bytes(1, 2));
  assert.equal(await settled(writing), false);
  const error = new StreamError("reset", 9);
  pipe.fail(error);
  pipe.fail(new StreamError("closed"));
  await assert.rejects(writing, error);
  await assert.rejects(pipe.read(), error);
  await assert.rejects(pipe.write(bytes(3)), error);
});

test("a failure after all was read changes nothing", async () => {
  const pipe = new Pipe(10);
  pipe.end();
  pipe.fail(new StreamError("closed"));
  assert.equal(await pipe.read(), null);
});

test("an empty write holds nobody and wakes nobody", async () => {
  const pipe = new Pipe(1);
  const reading = pipe.read();
  await pipe.write(bytes());
  assert.equal(await settled(reading), false);
  pipe.end();
  assert.equal(await reading, null);
});
