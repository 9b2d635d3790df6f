/** The list of protocol names of RFC 7301 section 3.1: each behind a byte with its length. */
import { equalBytes } from "@quicprochat/bytes";

/** A name that reaches beyond the list is in none. */
export function containsProtocol(list: Uint8Array, name: Uint8Array): boolean {
  for (let at = 0; at < list.length; ) {
    const end = at + 1 + (list[at] ?? 0);
    if (end <= list.length && equalBytes(list.subarray(at + 1, end), name)) return true;
    at = end;
  }
  return false;
}
