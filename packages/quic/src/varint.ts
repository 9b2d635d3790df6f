/** Variable-length integers of RFC 9000 section 16 as Numbers, which are exact up to 2^53 - 1. */

/** What larger values read as: as a limit it is as good as 2^62, and no offset or packet number ever comes near. */
export const VARINT_MAX: number = Number.MAX_SAFE_INTEGER;

const TWO_32 = 2 ** 32;

export const varintSize = (value: number): 1 | 2 | 4 | 8 =>
  value < 0x40 ? 1 : value < 0x4000 ? 2 : value < 0x4000_0000 ? 4 : 8;

/** Writes the shortest encoding at `at`; returns the offset behind it. The caller has checked the room. */
export function writeVarint(into: Uint8Array, at: number, value: number): number {
  if (value < 0x40) {
    into[at] = value;
    return at + 1;
  }
  if (value < 0x4000) {
    into[at] = 0x40 | (value >>> 8);
    into[at + 1] = value & 0xff;
    return at + 2;
  }
  if (value < 0x4000_0000) {
    into[at] = 0x80 | (value >>> 24);
    writeLow(into, at + 1, value, 3);
    return at + 4;
  }
  const high = Math.floor(value / TWO_32);
  into[at] = 0xc0 | (high >>> 24);
  writeLow(into, at + 1, high, 3);
  writeLow(into, at + 4, value >>> 0, 4);
  return at + 8;
}

/** Writes `value` (below 2^14) in two bytes whatever its size: for lengths that are filled in later. */
export function writeVarint2(into: Uint8Array, at: number, value: number): void {
  into[at] = 0x40 | (value >>> 8);
  into[at + 1] = value & 0xff;
}

function writeLow(into: Uint8Array, at: number, value: number, bytes: number): void {
  for (let index = 0; index < bytes; index++) into[at + index] = (value >>> (8 * (bytes - 1 - index))) & 0xff;
}
