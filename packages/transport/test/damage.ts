/** Datagrams that no honest peer sends. */
import { randomBytes, randomInt } from "node:crypto";

/** Random bytes, some of which look like the beginning of a connection. */
export function nonsense(): Buffer {
  const datagram = randomBytes(randomInt(1, 1_472));
  if (randomInt(3) !== 0) datagram[0] = randomInt(0x80, 0x100);
  if (randomInt(2) === 0 && datagram.length > 8) datagram.set([0, 0, 0, 1, 8], 1);
  return datagram;
}

/** A copy with a few bytes changed, sometimes cut. */
export function mutated(datagram: Buffer): Buffer {
  const copy = Buffer.from(datagram);
  for (let count = randomInt(1, 4); count > 0; count--) {
    const at = randomInt(copy.length);
    copy[at] = (copy[at] ?? 0) ^ randomInt(1, 256);
  }
  return randomInt(4) === 0 ? copy.subarray(0, randomInt(1, copy.length)) : copy;
}
