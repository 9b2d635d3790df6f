/** Written bytes that a connection keeps until its peer has acknowledged them, and the streams that wait for room. */
import type { SendStream } from "./send-stream.ts";

export type HeldBytesOptions = {
  readonly max: number;
  readonly onChange: (change: number) => void;
  /** There is room again for this stream. */
  readonly onRoom: (stream: SendStream) => void;
};

export class HeldBytes {
  readonly #options: HeldBytesOptions;
  readonly #waiting = new Set<SendStream>();
  #count = 0;
  #dropped = false;

  constructor(options: HeldBytesOptions) {
    this.#options = options;
  }

  get count(): number {
    return this.#count;
  }

  get room(): number {
    return Math.max(0, this.#options.max - this.#count);
  }

  /** The stream could not write all it has. */
  wait(stream: SendStream): void {
    this.#waiting.add(stream);
  }

  /** The stream holds what it does now instead of `before`. */
  settle(stream: SendStream, before: number): void {
    const change = stream.heldBytes - before;
    if (change === 0 || this.#dropped) return;
    this.#count += change;
    this.#options.onChange(change);
    if (change < 0) this.#wake();
  }

  /** The connection is over: nothing is kept for it any more. */
  drop(): void {
    if (this.#count > 0) this.#options.onChange(-this.#count);
    this.#count = 0;
    this.#dropped = true;
    this.#waiting.clear();
  }

  /** Not for every few bytes: a quarter must be free. */
  #wake(): void {
    if (this.#waiting.size === 0 || this.room < this.#options.max / 4) return;
    const woken = [...this.#waiting];
    this.#waiting.clear();
    for (const stream of woken) this.#options.onRoom(stream);
  }
}
