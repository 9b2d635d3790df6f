/** The incoming half of a stream, read in exact counts and never buffered beyond what was asked for. */
import { DecodeError } from "@quicprochat/bytes";
import type { Stream } from "@quicprochat/connection";

const FIRST_BYTES = 64 * 1024;

/** Every method throws the stream's `StreamError`, or `DecodeError` where the peer ends too early or too late. */
export class Incoming {
  readonly #stream: Stream;
  #rest: Uint8Array = new Uint8Array(0);
  #offset = 0;

  constructor(stream: Stream) {
    this.#stream = stream;
  }

  /** Exactly `length` bytes, which the caller has bounded. `DecodeError("truncated")` when the stream ends before. */
  async take(length: number): Promise<Uint8Array> {
    // The length is only announced: memory is given for bytes that have come.
    let taken = new Uint8Array(Math.min(length, FIRST_BYTES));
    let at = 0;
    while (at < length) {
      if (this.#rest.length === 0) this.#rest = await this.#next();
      if (at === taken.length) taken = grown(taken, Math.min(length, at * 2));
      const part = this.#rest.subarray(0, taken.length - at);
      taken.set(part, at);
      at += part.length;
      this.#rest = this.#rest.subarray(part.length);
    }
    this.#offset += length;
    return taken;
  }

  /** Waits for the end, dropping at most `unreadBytes` on the way. `DecodeError("trailing-bytes")` on more. */
  async end(unreadBytes = 0): Promise<void> {
    let dropped = this.#rest.length;
    for (;;) {
      if (dropped > unreadBytes) throw new DecodeError("trailing-bytes", this.#offset + unreadBytes);
      const chunk = await this.#stream.read();
      if (chunk === null) return;
      dropped += chunk.length;
    }
  }

  async #next(): Promise<Uint8Array> {
    const chunk = await this.#stream.read();
    if (chunk === null) throw new DecodeError("truncated", this.#offset);
    return chunk;
  }
}

function grown(bytes: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(length);
  larger.set(bytes);
  return larger;
}
