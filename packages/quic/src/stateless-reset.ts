/** Stateless reset: RFC 9000 section 10.3. */
import { hmacSha256 } from "@quicprochat/crypto";
import type { Random } from "./connection-state.ts";

export const RESET_TOKEN_BYTES = 16;
/** Shorter datagrams are never answered, and no reset is shorter. */
const RESET_BYTES_MIN = 21;
/** As long as packets that are indistinguishable from ours need to be. */
const RESET_BYTES_MAX = 42;

/** The token of a connection id of ours, from a key that outlives our memory. */
export const resetTokenOf = (key: Uint8Array, connectionId: Uint8Array): Uint8Array =>
  hmacSha256(key, connectionId).subarray(0, RESET_TOKEN_BYTES);

/** The answer to a packet of `length` bytes that leads nowhere: shorter than it, so that no loop lasts. */
export function encodeStatelessReset(token: Uint8Array, length: number, random: Random): Uint8Array | undefined {
  const bytes = Math.min(RESET_BYTES_MAX, length - 1);
  if (bytes < RESET_BYTES_MIN) return undefined;
  const datagram = random(bytes).slice();
  datagram[0] = 0x40 | ((datagram[0] ?? 0) & 0x3f);
  datagram.set(token, bytes - RESET_TOKEN_BYTES);
  return datagram;
}

/** What would be the token, if this were a reset. */
export const trailingToken = (datagram: Uint8Array): Uint8Array | undefined =>
  datagram.length < RESET_BYTES_MIN ? undefined : datagram.subarray(datagram.length - RESET_TOKEN_BYTES);
