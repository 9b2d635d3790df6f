/** A cursor that writes headers and frames into part of a caller's buffer; the caller asks for the room first. */
import { assertRoom } from "./packet-room.ts";
import { writeVarint } from "./varint.ts";

export class PacketWriter {
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

  get bytes(): Uint8Array {
    return this.#bytes;
  }

  get at(): number {
    return this.#at;
  }

  /** Bytes that can still be written. */
  get room(): number {
    return this.#end - this.#at;
  }

  /** Moves the end: a packet leaves room for its tag, padding may use all of the datagram. */
  limit(end: number): void {
    assertRoom(end <= this.#bytes.length && end >= this.#at);
    this.#end = end;
  }

  /** Goes back to `at`, to drop what was written behind it. */
  rewind(at: number): void {
    this.#at = at;
  }

  u8(value: number): this {
    this.#bytes[this.#take(1)] = value;
    return this;
  }

  u32(value: number): this {
    const at = this.#take(4);
    const bytes = this.#bytes;
    bytes[at] = value >>> 24;
    bytes[at + 1] = (value >>> 16) & 0xff;
    bytes[at + 2] = (value >>> 8) & 0xff;
    bytes[at + 3] = value & 0xff;
    return this;
  }

  varint(value: number): this {
    const at = this.#at;
    this.#at = writeVarint(this.#bytes, at, value);
    assertRoom(this.#at <= this.#end);
    return this;
  }

  fixed(bytes: Uint8Array): this {
    const at = this.#take(bytes.length);
    this.#bytes.set(bytes, at);
    return this;
  }

  vector(bytes: Uint8Array): this {
    return this.varint(bytes.length).fixed(bytes);
  }

  zeros(count: number): this {
    const at = this.#take(count);
    this.#bytes.fill(0, at, at + count);
    return this;
  }

  /** Reserves `count` bytes for the caller to fill; returns where they start. */
  skip(count: number): number {
    return this.#take(count);
  }

  #take(count: number): number {
    const at = this.#at;
    assertRoom(count <= this.#end - at);
    this.#at = at + count;
    return at;
  }
}
