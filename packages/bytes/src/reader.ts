/** A cursor over bytes that reads big-endian integers, fixed fields and length-prefixed vectors. */
import { DecodeError } from "./decode-error.ts";
import { readVarint } from "./varint.ts";

/** Every read throws `DecodeError("truncated")` past the end; slices are views, not copies. */
export class Reader {
  readonly bytes: Uint8Array;
  #offset = 0;
  readonly #view: DataView;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get offset(): number {
    return this.#offset;
  }

  get remaining(): number {
    return this.bytes.length - this.#offset;
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#take(2));
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4));
  }

  u64(): bigint {
    return this.#view.getBigUint64(this.#take(8));
  }

  /** `length` bytes as a view of the input. */
  fixed(length: number): Uint8Array {
    const start = this.#take(length);
    return this.bytes.subarray(start, start + length);
  }

  varint(): number {
    const { value, size } = readVarint(this.bytes, this.#offset);
    this.#offset += size;
    return value;
  }

  /** `opaque x<V>` of RFC 9420: a varint length, then that many bytes. */
  vector(): Uint8Array {
    return this.fixed(this.varint());
  }

  /** Bytes behind a u32 length; at most `maximum`, else `DecodeError("too-long")`. */
  vector32(maximum: number): Uint8Array {
    const at = this.#offset;
    const length = this.u32();
    if (length > maximum) throw new DecodeError("too-long", at);
    return this.fixed(length);
  }

  /** All that is left. */
  rest(): Uint8Array {
    return this.fixed(this.remaining);
  }

  /** Throws `DecodeError("trailing-bytes")` unless everything was read. */
  end(): void {
    if (this.remaining !== 0) throw new DecodeError("trailing-bytes", this.#offset);
  }

  /** A `DecodeError` at the current offset, for a caller that finds a bad value. */
  error(code: string): DecodeError {
    return new DecodeError(code, this.#offset);
  }

  #take(length: number): number {
    const start = this.#offset;
    if (length > this.remaining) throw new DecodeError("truncated", start);
    this.#offset = start + length;
    return start;
  }
}

/** Runs `read` over all of `bytes` and refuses what it leaves. */
export function decodeWhole<T>(bytes: Uint8Array, read: (reader: Reader) => T): T {
  const reader = new Reader(bytes);
  const value = read(reader);
  reader.end();
  return value;
}
