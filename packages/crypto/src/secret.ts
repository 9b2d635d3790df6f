/** Secrets as values that do not print and that `using` erases. */
import { inspect } from "node:util";

const REDACTED = "[secret]";

/** Overwrites buffers with zeros. Copies that others hold stay as they are. */
export function erase(...buffers: readonly Uint8Array[]): void {
  for (const buffer of buffers) buffer.fill(0);
}

/** Owns its bytes: the caller hands them over and does not keep them. */
export class Secret implements Disposable {
  readonly #bytes: Uint8Array;
  #erased = false;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** The bytes themselves, not a copy. Throws once erased: that is a bug of the caller. */
  get bytes(): Uint8Array {
    if (this.#erased) throw new Error("the secret was erased");
    return this.#bytes;
  }

  get length(): number {
    return this.#bytes.length;
  }

  erase(): void {
    erase(this.#bytes);
    this.#erased = true;
  }

  [Symbol.dispose](): void {
    this.erase();
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [inspect.custom](): string {
    return REDACTED;
  }
}
