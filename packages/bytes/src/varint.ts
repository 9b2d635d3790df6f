/** Variable-length integers of RFC 9000 section 16, as RFC 9420 section 2.1.2 uses them for vector lengths. */
import { DecodeError } from "./decode-error.ts";

/** The largest value that two prefix bits and 30 bits hold: all that MLS allows. */
const VARINT30_MAX = 0x3fff_ffff;

/** Bytes that the shortest encoding of `value` takes: 1, 2 or 4. */
export const varintSize = (value: number): 1 | 2 | 4 => (value < 0x40 ? 1 : value < 0x4000 ? 2 : 4);

/** Writes the shortest encoding of `value` (0 to 2^30 - 1) at `offset`; returns the bytes written. */
export function writeVarint(into: Uint8Array, offset: number, value: number): number {
  if (!Number.isInteger(value) || value < 0 || value > VARINT30_MAX) throw new RangeError("varint out of range");
  const size = varintSize(value);
  if (size === 1) {
    into[offset] = value;
  } else if (size === 2) {
    into[offset] = 0x40 | (value >>> 8);
    into[offset + 1] = value & 0xff;
  } else {
    into[offset] = 0x80 | (value >>> 24);
    into[offset + 1] = (value >>> 16) & 0xff;
    into[offset + 2] = (value >>> 8) & 0xff;
    into[offset + 3] = value & 0xff;
  }
  return size;
}

/**
 * Reads one varint; refuses the 8-byte form and every encoding that is not the shortest.
 * Throws `DecodeError` `truncated`, `varint-too-long` or `varint-not-minimal`.
 */
export function readVarint(from: Uint8Array, offset: number): { value: number; size: 1 | 2 | 4 } {
  const first = from[offset];
  if (first === undefined) throw new DecodeError("truncated", offset);
  const prefix = first >>> 6;
  if (prefix === 3) throw new DecodeError("varint-too-long", offset);
  const size = prefix === 0 ? 1 : prefix === 1 ? 2 : 4;
  let value = first & 0x3f;
  for (let at = 1; at < size; at++) {
    const byte = from[offset + at];
    if (byte === undefined) throw new DecodeError("truncated", offset + at);
    value = value * 256 + byte;
  }
  if (varintSize(value) !== size) throw new DecodeError("varint-not-minimal", offset);
  return { value, size };
}
