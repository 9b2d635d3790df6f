/** A growing buffer that writes big-endian integers, fixed fields and length-prefixed vectors. */
import { varintSize, writeVarint } from "./varint.ts";

const INITIAL_CAPACITY = 256;
const VARINT_BYTES_MAX = 4;
/** From here on a finished buffer is handed over, if no more than an eighth of it is unused. */
const UNCOPIED_BYTES_MIN = 65_536;
const SLACK_PARTS = 8;

/** Integers that do not fit their field throw `RangeError`: cut off silently, a length would lie. */
export class Writer {
  /** Not zeroed: whoever reserves bytes writes all of them. */
  #buffer: Uint8Array;
  #length = 0;

  constructor(capacity: number = INITIAL_CAPACITY) {
    this.#buffer = Buffer.allocUnsafe(capacity);
  }

  get length(): number {
    return this.#length;
  }

  u8(value: number): this {
    const at = this.#reserve(1);
    this.#buffer[at] = within(value, 0xff);
    return this;
  }

  u16(value: number): this {
    const at = this.#reserve(2);
    this.#buffer[at] = within(value, 0xffff) >>> 8;
    this.#buffer[at + 1] = value;
    return this;
  }

  u32(value: number): this {
    const at = this.#reserve(4);
    this.#buffer[at] = within(value, 0xffff_ffff) >>> 24;
    this.#buffer[at + 1] = value >>> 16;
    this.#buffer[at + 2] = value >>> 8;
    this.#buffer[at + 3] = value;
    return this;
  }

  u64(value: bigint): this {
    if (BigInt.asUintN(64, value) !== value) throw new RangeError("the integer does not fit its field");
    return this.u32(Number(value >> 32n)).u32(Number(value & 0xffff_ffffn));
  }

  fixed(bytes: Uint8Array): this {
    const at = this.#reserve(bytes.length);
    this.#buffer.set(bytes, at);
    return this;
  }

  varint(value: number): this {
    const at = this.#reserve(varintSize(value));
    writeVarint(this.#buffer, at, value);
    return this;
  }

  /** `opaque x<V>` of RFC 9420: a varint length, then the bytes. */
  vector(bytes: Uint8Array): this {
    return this.varint(bytes.length).fixed(bytes);
  }

  /** A u32 length, then the bytes. */
  vector32(bytes: Uint8Array): this {
    return this.u32(bytes.length).fixed(bytes);
  }

  /** A varint length, then whatever `write` adds: for vectors of structures. `write` gets this same writer. */
  nested(write: (inner: Writer) => void): this {
    const at = this.#reserve(VARINT_BYTES_MAX);
    write(this);
    const length = this.#length - at - VARINT_BYTES_MAX;
    const size = varintSize(length);
    this.#buffer.copyWithin(at + size, at + VARINT_BYTES_MAX, this.#length);
    this.#length = at + size + length;
    writeVarint(this.#buffer, at, length);
    return this;
  }

  zeros(count: number): this {
    const at = this.#reserve(count);
    this.#buffer.fill(0, at, at + count);
    return this;
  }

  /** What was written. The writer is of no use afterwards. */
  finish(): Uint8Array {
    const { buffer, byteLength } = this.#buffer;
    // Memory of its own, almost full: to copy it would only cost.
    const whole = byteLength === buffer.byteLength && byteLength - this.#length <= byteLength / SLACK_PARTS;
    if (whole && byteLength >= UNCOPIED_BYTES_MIN) return new Uint8Array(buffer, 0, this.#length);
    return new Uint8Array(this.#buffer.subarray(0, this.#length));
  }

  #reserve(count: number): number {
    const at = this.#length;
    const needed = at + count;
    if (needed > this.#buffer.length) {
      const grown = Buffer.allocUnsafe(Math.max(needed, this.#buffer.length * 2));
      grown.set(this.#buffer.subarray(0, at));
      this.#buffer = grown;
    }
    this.#length = needed;
    return at;
  }
}

function within(value: number, maximum: number): number {
  if (value >= 0 && value <= maximum && Number.isInteger(value)) return value;
  throw new RangeError("the integer does not fit its field");
}

/** The bytes that `write` produces. */
export function encodeWith(write: (writer: Writer) => void): Uint8Array {
  const writer = new Writer();
  write(writer);
  return writer.finish();
}
