/** A cursor over part of a datagram that reads what frames and headers are made of. Throws `DecodeError` only. */
import { DecodeError } from "@quicprochat/bytes";
import { VARINT_MAX } from "./varint.ts";

const TWO_32 = 2 ** 32;
const HIGH_MAX = 2 ** 21;

/** One is reused for packet after packet by `reset`; slices are views of the datagram. */
export class PacketReader {
  #bytes: Uint8Array;
  #at: number;
  #end: number;

  constructor(bytes: Uint8Array, at = 0, end: number = bytes.length) {
    this.#bytes = bytes;
    this.#at = at;
    this.#end = end;
  }

  reset(bytes: Uint8Array, at: number, end: number): void {
    this.#bytes = bytes;
    this.#at = at;
    this.#end = end;
  }

  get at(): number {
    return this.#at;
  }

  get remaining(): number {
    return this.#end - this.#at;
  }

  u8(): number {
    if (this.#at >= this.#end) throw this.error("truncated");
    return this.#bytes[this.#at++] ?? 0;
  }

  u32(): number {
    const at = this.#take(4);
    return word(this.#bytes, at);
  }

  /** Values from 2^53 on read as `VARINT_MAX`. */
  varint(): number {
    const first = this.u8();
    if (first < 0x40) return first;
    if (first < 0x80) return ((first & 0x3f) << 8) | this.u8();
    if (first < 0xc0) {
      const at = this.#take(3);
      const bytes = this.#bytes;
      return ((first & 0x3f) << 24) | ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    }
    const at = this.#take(7);
    const high = word(this.#bytes, at - 1) & 0x3fff_ffff;
    return high < HIGH_MAX ? high * TWO_32 + word(this.#bytes, at + 3) : VARINT_MAX;
  }

  /** The upper 30 bits of the varint that comes next, without reading it: 0 unless it takes eight bytes. */
  varintHigh(): number {
    const long = this.remaining >= 8 && (this.#bytes[this.#at] ?? 0) >= 0xc0;
    return long ? word(this.#bytes, this.#at) & 0x3fff_ffff : 0;
  }

  /** A frame type, which must be in the shortest form (RFC 9000 section 12.4). */
  frameType(): number {
    const first = this.u8();
    if (first < 0x40) return first;
    this.#at--;
    const start = this.#at;
    const type = this.varint();
    if (type < 0x40 || (type < 0x4000 && this.#at - start > 2)) throw this.error("frame-type-not-minimal");
    return type;
  }

  fixed(length: number): Uint8Array {
    const at = this.#take(length);
    return this.#bytes.subarray(at, at + length);
  }

  /** A varint length, then that many bytes. */
  vector(): Uint8Array {
    return this.fixed(this.varint());
  }

  rest(): Uint8Array {
    return this.fixed(this.remaining);
  }

  /** Skips zero bytes; returns how many. */
  zeros(): number {
    const start = this.#at;
    while (this.#at < this.#end && this.#bytes[this.#at] === 0) this.#at++;
    return this.#at - start;
  }

  error(code: string): DecodeError {
    return new DecodeError(code, this.#at);
  }

  #take(length: number): number {
    const at = this.#at;
    if (length > this.#end - at) throw this.error("truncated");
    this.#at = at + length;
    return at;
  }
}

const word = (bytes: Uint8Array, at: number): number =>
  (((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)) >>> 0;
