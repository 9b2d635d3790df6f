/** How many written bytes the whole process keeps until peers have acknowledged them; who writes beyond that waits. */
import { limits } from "../limits.ts";

export type WriteBudgetOptions = {
  readonly bytesMax: number;
  /** A connection that keeps less is never held up by others. */
  readonly bytesFree: number;
};

export class WriteBudget {
  readonly #options: WriteBudgetOptions;
  #held = 0;
  /** In the order in which they came. */
  readonly #waiting = new Set<() => void>();
  #waking = false;

  constructor(options: WriteBudgetOptions) {
    this.#options = options;
  }

  get held(): number {
    return this.#held;
  }

  /** Bytes that a connection which keeps `held` may write now. */
  room(held: number): number {
    const { bytesMax, bytesFree } = this.#options;
    return Math.max(0, bytesMax - this.#held, bytesFree - held);
  }

  /** `retry` is called once when there is room again; it may have to wait anew. */
  wait(retry: () => void): void {
    this.#waiting.add(retry);
  }

  /** A writer that waited has gone. */
  leave(retry: () => void): void {
    this.#waiting.delete(retry);
  }

  /** Bytes were written, or a negative number is no longer kept. */
  readonly change = (bytes: number): void => {
    this.#held += bytes;
    if (bytes >= 0 || this.#waking || this.#waiting.size === 0) return;
    this.#waking = true;
    // Not in the middle of what frees the bytes.
    setImmediate(this.#wake);
  };

  readonly #wake = (): void => {
    this.#waking = false;
    const turns = [...this.#waiting];
    this.#waiting.clear();
    for (const retry of turns) retry();
  };
}

/** Of all sockets of this process. */
export const processBudget: WriteBudget = new WriteBudget({
  bytesMax: limits.processWriteBytesMax,
  bytesFree: limits.connectionWriteBytesFree,
});
