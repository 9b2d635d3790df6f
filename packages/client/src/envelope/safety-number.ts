/** Digits by which two people make sure that nobody stands between them. docs/protocol.md, "Identities". */
import { encodeWith, toUtf8 } from "@quicprochat/bytes";
import { sha512 } from "@quicprochat/crypto";

export type AccountKey = { readonly serverId: Uint8Array; readonly username: string; readonly rootKey: Uint8Array };

const GROUPS = 6;
const GROUP_BYTES = 5;

/** One account's side: 30 digits in groups of five. */
export function accountFingerprint({ serverId, username, rootKey }: AccountKey): string {
  const body = encodeWith((writer) => writer.fixed(serverId).vector32(toUtf8(username)).fixed(rootKey));
  const digest = Buffer.from(sha512(toUtf8("qpc1 safety\0"), body));
  const groups = Array.from({ length: GROUPS }, (_, at) => digest.readUIntBE(at * GROUP_BYTES, GROUP_BYTES) % 100_000);
  return groups.map((group) => String(group).padStart(5, "0")).join(" ");
}

/** 60 digits, the same for both. */
export const safetyNumber = (one: AccountKey, other: AccountKey): string =>
  [accountFingerprint(one), accountFingerprint(other)].toSorted().join(" ");
