/** A server id as digits that two people can read to each other. */
import { toUtf8 } from "@quicprochat/bytes";
import { sha512 } from "@quicprochat/crypto";

const GROUPS = 6;
const GROUP_BYTES = 5;

/** 30 digits in groups of five, made like a side of a safety number. */
export function fingerprint(serverId: Uint8Array): string {
  const digest = Buffer.from(sha512(toUtf8("qpc1 server\0"), serverId));
  const groups = Array.from({ length: GROUPS }, (_, at) => digest.readUIntBE(at * GROUP_BYTES, GROUP_BYTES) % 100_000);
  return groups.map((group) => String(group).padStart(5, "0")).join(" ");
}
