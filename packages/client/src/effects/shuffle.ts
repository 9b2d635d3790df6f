/** Random order: what the server sees of a message's recipients must not tell who wrote it. */
import type { Random } from "@quicprochat/crypto";

/** Fisher-Yates with 32 random bits for each place: the bias over a few thousand items is nothing. */
export function shuffle<T>(items: readonly T[], random: Random): T[] {
  const shuffled = [...items];
  for (let at = shuffled.length - 1; at > 0; at--) {
    const bytes = random(4);
    const other = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0) % (at + 1);
    const [one, two] = [shuffled[at], shuffled[other]];
    if (one === undefined || two === undefined) continue;
    shuffled[at] = two;
    shuffled[other] = one;
  }
  return shuffled;
}
