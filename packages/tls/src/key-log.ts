/**
 * The exporter secret, from OpenSSL's key log (the format of NSS): no other function yields it, and with it the rest of
 * OpenSSL's state need not be kept.
 */
import { toUtf8 } from "@quicprochat/bytes";
import { Secret } from "@quicprochat/crypto";

const LABEL = toUtf8("EXPORTER_SECRET ");
const CLIENT_RANDOM_DIGITS = 64;

/** `undefined` for any other line. No string is made of it: such could not be erased. */
export function exporterSecretOf(line: Uint8Array): Secret | undefined {
  if (!LABEL.every((byte, index) => line[index] === byte)) return undefined;
  const digits = line.subarray(LABEL.length + CLIENT_RANDOM_DIGITS + 1);
  const bytes = new Uint8Array(digits.length >>> 1);
  for (let index = 0; index < bytes.length; index++) {
    const high = digitOf(digits[2 * index]);
    const low = digitOf(digits[2 * index + 1]);
    if (high === undefined || low === undefined) return undefined;
    bytes[index] = (high << 4) | low;
  }
  return bytes.length === 32 || bytes.length === 48 ? new Secret(bytes) : undefined;
}

function digitOf(code: number | undefined): number | undefined {
  if (code === undefined) return undefined;
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = code | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : undefined;
}
