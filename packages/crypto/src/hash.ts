/** SHA-2, HMAC (RFC 2104) and HKDF (RFC 5869), and the labelled KDF of the protocol. */
import { createHash, createHmac, hash } from "node:crypto";
import { concatBytes, toUtf8 } from "@quicprochat/bytes";

const HASH_BYTES = 32;

export const sha256 = (...parts: readonly Uint8Array[]): Uint8Array => digest("sha256", parts);

export const sha512 = (...parts: readonly Uint8Array[]): Uint8Array => digest("sha512", parts);

function digest(algorithm: "sha256" | "sha512", parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return new Uint8Array(hash(algorithm, only, "buffer"));
  const state = createHash(algorithm);
  for (const part of parts) state.update(part);
  return new Uint8Array(state.digest());
}

export function hmacSha256(key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array {
  const state = createHmac("sha256", key);
  for (const part of parts) state.update(part);
  return new Uint8Array(state.digest());
}

/** HKDF-Extract with SHA-256: 32 bytes. */
export const hkdfExtract = (salt: Uint8Array, inputKey: Uint8Array): Uint8Array => hmacSha256(salt, inputKey);

/** HKDF-Expand with SHA-256: up to 255 * 32 bytes. */
export function hkdfExpand(prk: Uint8Array, info: Uint8Array, length: number): Uint8Array {
  if (length > 255 * HASH_BYTES) throw new RangeError("HKDF-Expand yields at most 8,160 bytes");
  if (length <= HASH_BYTES) {
    const block = hmacSha256(prk, info, Uint8Array.of(1));
    return length === HASH_BYTES ? block : block.slice(0, length);
  }
  const output = new Uint8Array(length);
  let block: Uint8Array = new Uint8Array(0);
  for (let at = 0, counter = 1; at < length; at += HASH_BYTES, counter++) {
    block = hmacSha256(prk, block, info, Uint8Array.of(counter));
    output.set(block.subarray(0, length - at), at);
  }
  return output;
}

/** The KDF of docs/protocol.md: HKDF-Expand(secret, "qpc1 " | label | 00 | context, 32). */
export const kdf = (secret: Uint8Array, label: string, context: Uint8Array): Uint8Array =>
  hkdfExpand(secret, labelled(label, context), HASH_BYTES);

/** "qpc1 " | label | 00 | body: what the protocol's KDF and Sig run over. */
export const labelled = (label: string, body: Uint8Array): Uint8Array => concatBytes(toUtf8(`qpc1 ${label}\0`), body);
