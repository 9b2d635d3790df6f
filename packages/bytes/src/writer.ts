/** A growing buffer that writes big-endian integers, fixed fields and length-prefixed vectors. */
import { varintSize, writeVarint } from "./varint.ts";

const INITIAL_CAPACITY = 256;
const VARINT_BYTES_MAX = 4;

/** Integers that do not fit their field throw `RangeError`: cut off silently, a length would lie. */
export class Writer {
  #buffer: Uint8Array;
  #view: DataView;
  #length = 0;

  constructor(capacity: number = INITIAL_CAPACITY) {
    this.#buffer = new Uint8Array(capacity);
    this.#view = new DataView(this.#buffer.buffer);
  }

  get length(): number {
    return this.#length;
  }

  u8(value: number): this {
    const at = this.#reserve(1);
    this.#view.setUint8(at, within(value, 0xff));
    return this;
  }

  u16(value: number): this {
    const at = this.#reserve(2);
    this.#view.setUint16(at, within(value, 0xffff));
    return this;
  }

  u32(value: number): this {
    const at = this.#reserve(4);
    this.#view.setUint32(at, within(value, 0xffff_ffff));
    return this;
  }

  u64(value: bigint): this {
    if (BigInt.asUintN(64, value) !== value) throw new RangeError("the integer does not fit its field");
    const at = this.#reserve(8);
    this.#view.setBigUint64(at, value);
    return this;
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
    // What the move leaves behind the end would otherwise show up in `zeros`.
    this.#buffer.fill(0, at + size + length, this.#length);
    this.#length = at + size + length;
    writeVarint(this.#buffer, at, length);
    return this;
  }

  zeros(count: number): this {
    this.#reserve(count);
    return this;
  }

  /** A copy of what was written. */
  finish(): Uint8Array {
    return this.#buffer.slice(0, this.#length);
  }

  #reserve(count: number): number {
    const at = this.#length;
    const needed = at + count;
    if (needed > this.#buffer.length) {
      const grown = new Uint8Array(Math.max(needed, this.#buffer.length * 2));
      grown.set(this.#buffer);
      this.#buffer = grown;
      this.#view = new DataView(grown.buffer);
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
