/** Applications over a simulated network that move known bytes and check each one: what every simulation runs. */
import assert from "node:assert/strict";
import type { ConnectionEvent, QuicConnection } from "../src/index.ts";
import type { Pair } from "./pair.ts";

/** The byte at `offset` of the stream that carries `tag`. */
const patternByte = (tag: number, offset: number): number => (tag * 131 + offset * 7 + (offset >>> 8)) & 0xff;

export function pattern(tag: number, offset: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at++) bytes[at] = patternByte(tag, offset + at);
  return bytes;
}

type Outgoing = { readonly tag: number; readonly total: number; sent: number; finished: boolean };
type Incoming = { received: number; ended: boolean; resetCode: number | undefined };

/** One end: it sends what it was asked to, and answers every bidirectional stream of the peer with as many bytes. */
export class Application {
  readonly connection: QuicConnection;
  readonly events: ConnectionEvent[] = [];
  readonly incoming = new Map<number, Incoming>();
  readonly #outgoing = new Map<number, Outgoing>();
  readonly #wanted: { readonly total: number; readonly unidirectional: boolean }[] = [];
  /** Reads are held back while true: flow control then holds the peer. */
  paused = false;
  reading = 0;
  closed: Extract<ConnectionEvent, { kind: "closed" }> | undefined;
  connected = false;

  constructor(connection: QuicConnection) {
    this.connection = connection;
  }

  send(total: number, unidirectional = false): void {
    this.#wanted.push({ total, unidirectional });
  }

  /** All streams have ended on both sides. */
  get isDone(): boolean {
    if (this.#wanted.length > 0) return false;
    for (const { finished } of this.#outgoing.values()) if (!finished) return false;
    for (const { ended, resetCode } of this.incoming.values()) if (!ended && resetCode === undefined) return false;
    return true;
  }

  /** Takes events and moves bytes. */
  step(): void {
    for (let event = this.connection.nextEvent(); event !== undefined; event = this.connection.nextEvent())
      this.#on(event);
    if (!this.connected || this.closed !== undefined) return;
    this.#open();
    if (this.paused) return;
    for (const [id, { ended, resetCode }] of this.incoming) if (!ended && resetCode === undefined) this.#read(id);
  }

  #on(event: ConnectionEvent): void {
    this.events.push(event);
    if (event.kind === "connected") this.connected = true;
    else if (event.kind === "closed") this.closed = event;
    else if (event.kind === "stream-opened")
      this.incoming.set(event.streamId, { received: 0, ended: false, resetCode: undefined });
    else if (event.kind === "stream-writable") this.#write(event.streamId);
    else if (event.kind === "stream-stopped") this.#outgoing.delete(event.streamId);
  }

  #open(): void {
    for (let next = this.#wanted[0]; next !== undefined; next = this.#wanted[0]) {
      const id = this.connection.openStream({ unidirectional: next.unidirectional });
      if (id === undefined) return;
      this.#wanted.shift();
      this.#outgoing.set(id, { tag: id, total: next.total, sent: 0, finished: false });
      if (!next.unidirectional) this.incoming.set(id, { received: 0, ended: false, resetCode: undefined });
      this.#write(id);
    }
  }

  #write(id: number): void {
    const outgoing = this.#outgoing.get(id);
    if (outgoing === undefined || outgoing.finished) return;
    while (outgoing.sent < outgoing.total) {
      const length = Math.min(8000, outgoing.total - outgoing.sent);
      const taken = this.connection.write(id, pattern(outgoing.tag, outgoing.sent, length));
      if (taken === undefined) return;
      outgoing.sent += taken;
      if (taken < length) return;
    }
    this.connection.finish(id);
    outgoing.finished = true;
  }

  #read(id: number): void {
    const incoming = this.incoming.get(id);
    if (incoming === undefined) return;
    for (;;) {
      const result = this.connection.read(id);
      if (result.kind === "blocked") return;
      if (result.kind === "data") {
        const expected = pattern(id, incoming.received, result.bytes.length);
        assert.deepEqual(Buffer.compare(result.bytes, expected), 0, `stream ${id} at ${incoming.received}`);
        incoming.received += result.bytes.length;
        this.reading += result.bytes.length;
        continue;
      }
      incoming.ended = true;
      if (result.kind === "reset") incoming.resetCode = result.code;
      this.#answer(id, incoming.received);
      return;
    }
  }

  /** As many bytes back, on a stream that the peer opened for both directions. */
  #answer(id: number, total: number): void {
    const theirs = this.connection.role === "client" ? id % 2 === 1 : id % 2 === 0;
    if (!theirs || id % 4 >= 2 || this.#outgoing.has(id)) return;
    this.#outgoing.set(id, { tag: id, total, sent: 0, finished: false });
    this.#write(id);
  }
}

export type Ends = { readonly client: Application; server: Application | undefined };

/** Both applications, driven whenever the network has moved; `check` asserts what must always hold. */
export function applications(pair: Pair): Ends {
  const ends: Ends = { client: new Application(pair.connection), server: undefined };
  pair.network.check = () => {
    const accepted = pair.server.nextAccepted();
    if (accepted !== undefined) ends.server = new Application(accepted);
    ends.client.step();
    ends.server?.step();
    checkInvariants(pair, ends);
    pair.network.flush();
  };
  return ends;
}

/** What holds at every moment of every simulation. */
export function checkInvariants(pair: Pair, ends: Ends): void {
  const { counted } = pair.network;
  if (ends.server === undefined || (!ends.server.connected && !ends.server.connection.stats().addressValidated)) {
    assert.ok(counted.sent <= 3 * counted.received, `amplification: ${counted.sent} for ${counted.received}`);
  }
  for (const end of [ends.client, ends.server]) {
    if (end === undefined) continue;
    const { connection } = end;
    const stats = connection.stats();
    assert.ok(stats.streamBytesReceived <= stats.receiveLimit, "flow control was exceeded");
    assert.ok(stats.bytesInFlight >= 0, `bytes in flight: ${stats.bytesInFlight}`);
    assert.ok(stats.streams <= 400, `${stats.streams} streams`);
    assert.ok(connection.isEnded || Number.isFinite(connection.deadline), "neither a deadline nor an end");
  }
  assert.ok(pair.server.idCount <= 16 && pair.client.idCount <= 16, "connection ids pile up");
}
