/** Packet numbers on the wire: RFC 9000 section 17.1 and appendices A.2 and A.3. */

export const PACKET_NUMBER_BYTES_MAX = 4;

/** Bytes (1 to 4) that let the peer recover `packetNumber`; `largestAcked` is -1 while nothing is acknowledged. */
export function packetNumberBytes(packetNumber: number, largestAcked: number): 1 | 2 | 3 | 4 {
  const range = (packetNumber - largestAcked) * 2;
  return range < 0x100 ? 1 : range < 0x1_0000 ? 2 : range < 0x100_0000 ? 3 : 4;
}

export function writePacketNumber(into: Uint8Array, at: number, packetNumber: number, bytes: number): void {
  for (let index = bytes - 1, value = packetNumber; index >= 0; index--) {
    into[at + index] = value & 0xff;
    value = Math.floor(value / 256);
  }
}

export function readPacketNumber(from: Uint8Array, at: number, bytes: number): number {
  let value = 0;
  for (let index = 0; index < bytes; index++) value = value * 256 + (from[at + index] ?? 0);
  return value;
}

/** The number closest to `largestReceived + 1` (-1 while there is none) that ends in the `bytes` bytes of `truncated`. */
export function expandPacketNumber(truncated: number, bytes: number, largestReceived: number): number {
  const expected = largestReceived + 1;
  const window = 256 ** bytes;
  const candidate = expected - (expected % window) + truncated;
  if (candidate <= expected - window / 2 && candidate < Number.MAX_SAFE_INTEGER - window) return candidate + window;
  if (candidate > expected + window / 2 && candidate >= window) return candidate - window;
  return candidate;
}
