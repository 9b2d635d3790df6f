/** Key objects of node:crypto for raw key bytes, cached: importing a key costs as much as using it. */
import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import { toHex } from "@quicprochat/bytes";

export type KeyType = "ed25519" | "x25519" | "ml-kem-768";

const PUBLIC_KEYS_MAX = 4_096;
const publicKeys = new Map<string, KeyObject>();
/** Tied to the bytes: what erases or drops them drops the key object with them. */
const privateKeys = new WeakMap<Uint8Array, { readonly first: number; readonly key: KeyObject }>();

/** Throws what OpenSSL throws on bytes that are no public key. */
export function publicKeyObject(type: KeyType, raw: Uint8Array): KeyObject {
  if (type === "ml-kem-768") return importPublic(type, raw);
  const name = `${type} ${toHex(raw)}`;
  const known = publicKeys.get(name);
  if (known !== undefined) return known;
  const key = importPublic(type, raw);
  if (publicKeys.size >= PUBLIC_KEYS_MAX) evictOldest();
  publicKeys.set(name, key);
  return key;
}

/** `raw` is the 32-byte private key, or the 64-byte seed of ML-KEM-768. */
export function privateKeyObject(type: KeyType, raw: Uint8Array): KeyObject {
  const known = privateKeys.get(raw);
  // Erased bytes must not go on signing through a cached object.
  if (known !== undefined && known.first === fingerprintOf(raw)) return known.key;
  const format = type === "ml-kem-768" ? "raw-seed" : "raw-private";
  const key = createPrivateKey({ key: Buffer.from(raw), format, asymmetricKeyType: type });
  privateKeys.set(raw, { first: fingerprintOf(raw), key });
  return key;
}

export const rawPublicKey = (privateKey: KeyObject): Uint8Array =>
  new Uint8Array(createPublicKey(privateKey).export({ format: "raw-public" }));

const importPublic = (type: KeyType, raw: Uint8Array): KeyObject =>
  createPublicKey({ key: Buffer.from(raw), format: "raw-public", asymmetricKeyType: type });

function evictOldest(): void {
  const oldest = publicKeys.keys().next();
  if (!oldest.done) publicKeys.delete(oldest.value);
}

/** Enough to notice erased or reused memory: the sum of the bytes. */
function fingerprintOf(raw: Uint8Array): number {
  let sum = 0;
  for (const byte of raw) sum = (sum * 31 + byte) >>> 0;
  return sum;
}
