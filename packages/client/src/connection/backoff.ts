/** How long to wait before the next attempt to connect. */
import type { Random } from "@quicprochat/crypto";
import { limits } from "../limits.ts";

/** Doubles with each attempt up to a limit, and takes a random half of that off: clients of one server must not come at once. */
export function backoffMs(attempt: number, random: Random): number {
  const whole = Math.min(limits.reconnectMsMin * 2 ** Math.min(attempt, 30), limits.reconnectMsMax);
  return whole * (1 - fraction(random) / 2);
}

/** Evenly between the two. */
export const between = (least: number, most: number, random: Random): number =>
  least + (most - least) * fraction(random);

/** At least 0, below 1. */
function fraction(random: Random): number {
  const bytes = random(4);
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0) / 2 ** 32;
}
