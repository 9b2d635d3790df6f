/** One stream of a QUIC connection (RFC 9000 section 2): bytes go straight into and out of OpenSSL's bounded buffers. */
import { type Stream, StreamError } from "@quicprochat/connection";
import type { Engine } from "./engine.ts";
import { configure } from "./engine.ts";
import { type OpenSsl, openSsl, type Pointer } from "./openssl.ts";
import { event, type Polled } from "./poll-set.ts";
import { readFrom, StreamWriter } from "./stream-io.ts";
import type { WriteBudget } from "./write-budget.ts";

type StreamOptions = {
  readonly pointer: Pointer;
  readonly engine: Engine;
  readonly budget: WriteBudget;
  /** Called once: the stream is done with, and `held` bytes of it may still wait inside OpenSSL. */
  readonly release: (stream: QuicStream, held: number) => void;
};

/** SSL_STREAM_TYPE_* */
const TYPE_READ = 1;
const TYPE_WRITE = 2;

export class QuicStream implements Stream, Polled {
  readonly pointer: Pointer;
  readonly #engine: Engine;
  readonly #release: StreamOptions["release"];
  readonly #ssl: OpenSsl = openSsl();
  readonly #writer: StreamWriter | null;
  #reading: "open" | "ended" | StreamError;
  #wakeReader: (() => void) | undefined;
  #released = false;

  constructor({ pointer, engine, budget, release }: StreamOptions) {
    this.pointer = pointer;
    this.#engine = engine;
    this.#release = release;
    configure(pointer);
    const type = this.#ssl.SSL_get_stream_type(pointer);
    this.#reading = (type & TYPE_READ) === 0 ? "ended" : "open";
    this.#writer = (type & TYPE_WRITE) === 0 ? null : new StreamWriter(pointer, budget);
    engine.polled.add(this, 0);
  }

  async read(): Promise<Uint8Array | null> {
    for (;;) {
      if (this.#reading instanceof StreamError) throw this.#reading;
      if (this.#reading === "ended") return null;
      const result = readFrom(this.pointer);
      if (result.kind === "bytes") {
        this.#engine.consumed(result.bytes.length);
        return result.bytes;
      }
      if (result.kind !== "nothing") {
        this.#reading = result.kind === "ended" ? "ended" : result.error;
        this.#releaseWhenDone();
        continue;
      }
      await new Promise<void>((resolve) => {
        this.#wakeReader = resolve;
        this.#wait();
      });
    }
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.#writer === null) throw new StreamError("local");
    const written = this.#writer.write(bytes);
    this.#engine.kick();
    this.#wait();
    await written;
  }

  async end(): Promise<void> {
    if (this.#writer === null) return;
    const ended = this.#writer.end();
    this.#engine.kick();
    this.#wait();
    await ended;
    this.#releaseWhenDone();
  }

  reset(code: number): void {
    if (this.#released) return;
    this.#writer?.reset(code);
    this.#fail(new StreamError("local", code));
    this.#letGo();
    this.#engine.kick();
  }

  /** The connection ends and takes the native part of the stream with it. */
  detach(): void {
    this.#released = true;
    this.#engine.polled.remove(this);
    this.#fail(new StreamError("closed"));
  }

  /** Both directions end with this error, unless they have ended already. */
  #fail(error: StreamError): void {
    if (this.#reading === "open") this.#reading = error;
    this.#writer?.fail(error);
    this.#wake();
  }

  onEvents(events: number): void {
    if ((events & (event.readable | event.readFailed)) !== 0) this.#wake();
    if ((events & (event.writable | event.writeFailed)) !== 0) this.#writer?.give();
    this.#wait();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
    this.#letGo();
    this.#engine.kick();
  }

  #wake(): void {
    const wake = this.#wakeReader;
    this.#wakeReader = undefined;
    wake?.();
  }

  #wait(): void {
    if (this.#released) return;
    const reads = this.#wakeReader === undefined ? 0 : event.readable | event.readFailed;
    const writes = this.#writer?.waits === true ? event.writable | event.writeFailed : 0;
    this.#engine.polled.want(this, reads | writes);
  }

  #releaseWhenDone(): void {
    if (this.#reading !== "open" && (this.#writer === null || this.#writer.done)) this.#letGo();
  }

  /** What was written and ended is still sent; a peer that goes on writing is told to stop. */
  #letGo(): void {
    if (this.#released) return;
    this.#released = true;
    if (this.#reading === "open" || this.#writer?.done === false) this.#fail(new StreamError("local"));
    this.#engine.polled.remove(this);
    this.#release(this, this.#writer?.held ?? 0);
  }
}
