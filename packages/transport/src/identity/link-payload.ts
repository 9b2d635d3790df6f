/** What invite and contact links carry behind the `#`: `1.`, then base64url of bytes and a check of them. */
import { concatBytes, DecodeError, equalBytes, fromBase64Url, toBase64Url } from "@quicprochat/bytes";
import { sha256 } from "@quicprochat/crypto";
import { InviteError } from "./invite-error.ts";

const VERSION = "1.";
const CHECK_BYTES = 4;

export const linkFragment = (payload: Uint8Array): string =>
  `${VERSION}${toBase64Url(concatBytes(payload, checkOf(payload)))}`;

/** Throws `InviteError` unless the payload has one of these lengths and its check holds. */
export function parseLinkFragment(fragment: string, lengths: readonly number[]): Uint8Array {
  if (!fragment.startsWith(VERSION)) {
    const newer = /^[0-9]+\./.test(fragment);
    throw new InviteError(newer ? "it was made for a newer version of this program" : "the part behind # is no key");
  }
  const bytes = decodeText(fragment.slice(VERSION.length));
  const payload = bytes.slice(0, -CHECK_BYTES);
  if (!lengths.includes(payload.length)) throw new InviteError("the part behind # was cut or got longer");
  if (!equalBytes(bytes.subarray(payload.length), checkOf(payload))) {
    throw new InviteError("a character in the part behind # is wrong");
  }
  return payload;
}

function decodeText(text: string): Uint8Array {
  try {
    return fromBase64Url(text);
  } catch (error) {
    if (error instanceof DecodeError) throw new InviteError("the part behind # was cut or holds a foreign character");
    throw error;
  }
}

const checkOf = (payload: Uint8Array): Uint8Array => sha256(payload).subarray(0, CHECK_BYTES);
