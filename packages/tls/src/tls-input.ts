/** Handshake bytes of the peer on their way into OpenSSL, which reads them where they lie until it releases them. */
import { NativeMemory } from "./ffi/native-memory.ts";
import { HANDSHAKE_CHUNK_BYTES } from "./limits.ts";

/** All handshakes share it: OpenSSL has released it, or failed, before a call returns. */
const chunk = new NativeMemory(HANDSHAKE_CHUNK_BYTES);

export class TlsInput {
  #waiting: Uint8Array[] = [];
  #held = 0;

  get isEmpty(): boolean {
    return this.#held === 0 && this.#waiting.length === 0;
  }

  /** The bytes stay the caller's, who does not change them before the call that consumes them returns. */
  add(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += HANDSHAKE_CHUNK_BYTES) {
      this.#waiting.push(bytes.subarray(at, at + HANDSHAKE_CHUNK_BYTES));
    }
  }

  next(): { readonly address: bigint; readonly length: number } | undefined {
    const bytes = this.#held > 0 ? undefined : this.#waiting.shift();
    if (bytes === undefined) return undefined;
    chunk.bytes.set(bytes);
    this.#held = bytes.length;
    return { address: chunk.address, length: bytes.length };
  }

  release(length: number): boolean {
    if (length !== this.#held) return false;
    this.#held = 0;
    return true;
  }

  clear(): void {
    this.#waiting = [];
    this.#held = 0;
  }
}
