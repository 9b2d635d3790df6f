/** Changing valid bytes, as a fuzzer does: flips, odd values, holes, repetitions, wrong lengths, and pieces of others. */
import { concatBytes } from "@quicprochat/bytes";
import type { Seeded } from "../scenario/seeded.ts";

const ODD = [0x00, 0x01, 0x3f, 0x40, 0x7f, 0x80, 0xbf, 0xc0, 0xff] as const;

/** `others` lend pieces. Often one change, seldom many. */
export function mutateBytes(seeded: Seeded, bytes: Uint8Array, others: readonly Uint8Array[]): Uint8Array {
  let changed = bytes;
  const changes = seeded.chance(0.6) ? 1 : 1 + seeded.below(6);
  for (let count = 0; count < changes; count++) changed = mutateOnce(seeded, changed, others);
  return changed;
}

function mutateOnce(seeded: Seeded, bytes: Uint8Array, others: readonly Uint8Array[]): Uint8Array {
  const at = seeded.below(bytes.length + 1);
  const length = Math.min(1 + seeded.below(seeded.chance(0.7) ? 4 : 64), bytes.length - at);
  const put = (piece: Uint8Array): Uint8Array => concatBytes(bytes.subarray(0, at), piece, bytes.subarray(at));
  switch (seeded.below(8)) {
    case 0:
      return at < bytes.length ? bytes.with(at, (bytes[at] ?? 0) ^ (1 << seeded.below(8))) : bytes;
    case 1:
      return at < bytes.length ? bytes.with(at, seeded.pick(ODD)) : bytes;
    case 2:
      return concatBytes(bytes.subarray(0, at), bytes.subarray(at + length));
    case 3:
      return put(bytes.subarray(at, at + length));
    case 4:
      return put(seeded.bytes(1 + seeded.below(8)));
    case 5:
      return bytes.subarray(0, at);
    case 6: {
      // A length that has nothing behind it.
      const huge = seeded.chance(0.5) ? [0xbf, 0xff, 0xff, 0xff] : [0x7f, 0xff];
      return concatBytes(bytes.subarray(0, at), Uint8Array.from(huge), bytes.subarray(at + huge.length));
    }
    default: {
      const other = seeded.pick(others);
      const from = seeded.below(other.length + 1);
      const piece = other.subarray(from, from + 1 + seeded.below(100));
      return concatBytes(bytes.subarray(0, at), piece, bytes.subarray(at + piece.length));
    }
  }
}
