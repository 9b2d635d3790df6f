/** The id of the direct conversation of two accounts: both ends know it before they have talked. */
import { compareBytes, concatBytes, toUtf8 } from "@quicprochat/bytes";
import { sha256 } from "@quicprochat/crypto";

export const conversationIdBytes = 16;

const prefix = toUtf8("qpc1 direct\0");

/** Whoever creates it, and even when both do at once, it is one conversation: H(label | server id | roots, sorted). */
export function directId(serverId: Uint8Array, oneRoot: Uint8Array, otherRoot: Uint8Array): Uint8Array {
  const [low, high] = compareBytes(oneRoot, otherRoot) < 0 ? [oneRoot, otherRoot] : [otherRoot, oneRoot];
  return sha256(concatBytes(prefix, serverId, low, high)).slice(0, conversationIdBytes);
}
