/** Bytes as text: hex, base64url without padding (RFC 4648 section 5), UTF-8. Decoders are strict. */
import { DecodeError } from "./decode-error.ts";

export const toHex = (bytes: Uint8Array): string => view(bytes).toString("hex");

/** Lower or upper case, an even number of digits; else `DecodeError("bad-hex")`. */
export function fromHex(text: string): Uint8Array {
  if (text.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(text)) throw new DecodeError("bad-hex");
  return new Uint8Array(Buffer.from(text, "hex"));
}

export const toBase64Url = (bytes: Uint8Array): string => view(bytes).toString("base64url");

/** Only the canonical encoding; else `DecodeError("bad-base64url")`. */
export function fromBase64Url(text: string): Uint8Array {
  const bytes = new Uint8Array(Buffer.from(text, "base64url"));
  if (toBase64Url(bytes) !== text) throw new DecodeError("bad-base64url");
  return bytes;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export const toUtf8 = (text: string): Uint8Array => encoder.encode(text);

/** Refuses what is not UTF-8: `DecodeError("bad-utf8")`. */
export function fromUtf8(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new DecodeError("bad-utf8");
  }
}

const view = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
