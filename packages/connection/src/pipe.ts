/** One direction of a stream in memory: bounded, with backpressure, end and reset. */
import { StreamError } from "./connection.ts";

export class Pipe {
  readonly #capacity: number;
  readonly #chunks: Uint8Array[] = [];
  #buffered = 0;
  #ended = false;
  #error: StreamError | undefined;
  #wakeReader: (() => void) | undefined;
  #wakeWriters: (() => void)[] = [];

  /** `capacity`: bytes that may wait for the reader before `write` holds its caller. */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  async read(): Promise<Uint8Array | null> {
    for (;;) {
      const chunk = this.#chunks.shift();
      if (chunk !== undefined) {
        this.#buffered -= chunk.length;
        this.#releaseWriters();
        return chunk;
      }
      if (this.#error !== undefined) throw this.#error;
      if (this.#ended) return null;
      await new Promise<void>((resolve) => {
        this.#wakeReader = resolve;
      });
    }
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.#error !== undefined) throw this.#error;
    if (this.#ended) throw new StreamError("local");
    if (bytes.length > 0) {
      this.#chunks.push(bytes.slice());
      this.#buffered += bytes.length;
      this.#wakeReader?.();
    }
    while (this.#buffered >= this.#capacity && this.#error === undefined) {
      await new Promise<void>((resolve) => {
        this.#wakeWriters.push(resolve);
      });
    }
    if (this.#error !== undefined) throw this.#error;
  }

  end(): void {
    this.#ended = true;
    this.#wakeReader?.();
  }

  /** Drops what waits; reader and writer see this error from now on. */
  fail(error: StreamError): void {
    if (this.#error !== undefined || (this.#ended && this.#chunks.length === 0)) return;
    this.#error = error;
    this.#chunks.length = 0;
    this.#buffered = 0;
    this.#wakeReader?.();
    this.#releaseWriters();
  }

  #releaseWriters(): void {
    if (this.#buffered >= this.#capacity && this.#error === undefined) return;
    for (const wake of this.#wakeWriters.splice(0)) wake();
  }
}
