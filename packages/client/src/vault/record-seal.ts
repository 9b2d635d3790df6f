/** One record as it lies on disk: version, salt, ciphertext. docs/protocol.md, "Vault". */
import { concatBytes } from "@quicprochat/bytes";
import { aeadNonceBytes, aeadOpen, aeadSeal, erase, kdf, type Random } from "@quicprochat/crypto";

const VERSION = 1;
const SALT_BYTES = 16;
const HEADER_BYTES = 1 + SALT_BYTES;
/** Each record has a key of its own. */
const NONCE = new Uint8Array(aeadNonceBytes);

/** `row` is the keyed hash of table and key: a record opens in its own place only. */
export type RecordPlace = { readonly key: Uint8Array; readonly row: Uint8Array };

export function sealRecord({ key: under, row }: RecordPlace, plaintext: Uint8Array, random: Random): Uint8Array {
  const header = concatBytes(Uint8Array.of(VERSION), random(SALT_BYTES));
  const key = kdf(under, "record", header.subarray(1));
  const aad = concatBytes(row, Uint8Array.of(VERSION));
  const ciphertext = aeadSeal({ algorithm: "chacha20-poly1305", key, nonce: NONCE, aad, plaintext });
  erase(key);
  return concatBytes(header, ciphertext);
}

/** `undefined` when it is damaged, belongs elsewhere, or lies under another key. */
export function openRecord({ key: under, row }: RecordPlace, sealed: Uint8Array): Uint8Array | undefined {
  if (sealed[0] !== VERSION || sealed.length < HEADER_BYTES) return undefined;
  const key = kdf(under, "record", sealed.subarray(1, HEADER_BYTES));
  const aad = concatBytes(row, Uint8Array.of(VERSION));
  const ciphertext = sealed.subarray(HEADER_BYTES);
  const plaintext = aeadOpen({ algorithm: "chacha20-poly1305", key, nonce: NONCE, aad, ciphertext });
  erase(key);
  return plaintext;
}
