import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ReceiveStream } from "./receive-stream.ts";
import { type Chunk, SendStream } from "./send-stream.ts";
import { TransportError } from "./transport-error.ts";

const window = { initial: 100_000, maximum: 100_000 };
const byteAt = (offset: number): number => (offset * 31 + (offset >>> 8)) & 0xff;

function bytesFrom(offset: number, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => byteAt(offset + index));
}

const action = fc.record({
  kind: fc.constantFrom("write", "send", "send", "deliver", "deliver", "lose", "again", "read"),
  size: fc.integer({ min: 1, max: 3000 }),
  pick: fc.nat(),
});

/** Both halves of a stream, with everything in between happening in any order. */
class Stream {
  readonly #send = new SendStream(0, 50_000);
  readonly #receive = new ReceiveStream(0, window);
  readonly #flying: (Chunk & { readonly data: Uint8Array })[] = [];
  #written = 0;
  #read = 0;
  ended = false;

  act({ kind, size, pick }: { kind: string; size: number; pick: number }): void {
    if (kind === "write" && this.#send.isOpen) {
      this.#send.write(bytesFrom(this.#written, size));
      this.#written += size;
    } else if (kind === "send") this.send(size);
    else if (kind === "deliver" || kind === "again") this.deliver(pick, kind === "again");
    else if (kind === "lose") this.lose(pick);
    else if (kind === "read") this.read();
  }

  finish(): void {
    this.#send.finish();
  }

  get isDone(): boolean {
    return this.#send.isDone && this.ended;
  }

  get total(): readonly [number, number] {
    return [this.#written, this.#read];
  }

  send(size: number): void {
    const chunk = this.#send.take(size, Number.POSITIVE_INFINITY);
    if (chunk === undefined) return;
    const data = new Uint8Array(chunk.length);
    this.#send.copy(chunk, data, 0);
    this.#flying.push({ ...chunk, data });
    assert.ok(this.#send.sentBytes <= 50_000);
  }

  /** `silently`: the receiver gets it, and no ACK comes back. */
  deliver(pick: number, silently: boolean): void {
    const chunk = this.#flying[pick % Math.max(1, this.#flying.length)];
    if (chunk === undefined) return;
    this.#receive.receive(chunk.offset, chunk.data, chunk.fin);
    if (silently) return;
    this.#flying.splice(this.#flying.indexOf(chunk), 1);
    this.#send.onAcked(chunk.offset, chunk.length, chunk.fin);
  }

  lose(pick: number): void {
    const chunk = this.#flying[pick % Math.max(1, this.#flying.length)];
    if (chunk === undefined) return;
    this.#flying.splice(this.#flying.indexOf(chunk), 1);
    this.#send.onLost(chunk.offset, chunk.length, chunk.fin);
  }

  read(): void {
    for (;;) {
      const result = this.#receive.read();
      if (result.kind === "end") this.ended = true;
      if (result.kind !== "data") return;
      assert.deepEqual(new Uint8Array(result.bytes), bytesFrom(this.#read, result.bytes.length));
      this.#read += result.bytes.length;
    }
  }
}

test("whatever is lost, repeated and reordered, the reader gets each byte once and in order, and then the end", () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 80 }), (actions) => {
      const stream = new Stream();
      for (const each of actions) stream.act(each);
      stream.finish();
      for (let round = 0; round < 400 && !stream.isDone; round++) {
        stream.send(1200);
        stream.deliver(round, false);
        stream.read();
      }
      const [written, read] = stream.total;
      if (written > 50_000) return;
      assert.equal(stream.isDone, true);
      assert.equal(read, written);
    }),
    { numRuns: 300 },
  );
});

test("more than the window, and an end that moves, are refused", () => {
  const beyond = new ReceiveStream(0, { initial: 10, maximum: 10 });
  assert.throws(() => beyond.receive(5, new Uint8Array(6), false), TransportError);
  const moving = new ReceiveStream(0, window);
  moving.receive(0, new Uint8Array(10), true);
  assert.throws(() => moving.receive(10, new Uint8Array(1), false), TransportError);
  assert.throws(() => moving.receive(0, new Uint8Array(9), true), TransportError);
  assert.throws(() => moving.reset(1, 11), TransportError);
});

test("memory follows what is unread, not what has passed", () => {
  const receive = new ReceiveStream(0, { initial: 2 ** 40, maximum: 2 ** 40 });
  for (let offset = 0; offset < 50_000_000; offset += 50_000) {
    receive.receive(offset, new Uint8Array(50_000), false);
    while (receive.read().kind === "data");
  }
  assert.equal(receive.highest, 50_000_000);
  assert.equal(receive.read().kind, "blocked");
});
