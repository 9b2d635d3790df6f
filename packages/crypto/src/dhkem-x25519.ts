/** DHKEM(X25519, HKDF-SHA256), RFC 9180 section 4.1 and 7.1. */
import { diffieHellman } from "node:crypto";
import { concatBytes, toHex, toUtf8 } from "@quicprochat/bytes";
import { labeledExpand, labeledExtract } from "./hpke-labels.ts";
import { type Kem, KemError, type KemKeyPair } from "./kem.ts";
import { privateKeyObject, publicKeyObject, rawPublicKey } from "./key-objects.ts";
import { erase } from "./secret.ts";

const KEY_BYTES = 32;
const suiteId: Uint8Array = concatBytes(toUtf8("KEM"), Uint8Array.of(0x00, 0x20));
const EMPTY = new Uint8Array(0);

/** X25519 of RFC 7748 with raw keys. Throws `KemError` on a malformed or low-order public key. */
export function x25519(privateKey: Uint8Array, publicKey: Uint8Array): Uint8Array {
  if (publicKey.length !== KEY_BYTES || privateKey.length !== KEY_BYTES) throw new KemError();
  try {
    return new Uint8Array(
      diffieHellman({
        privateKey: privateKeyObject("x25519", privateKey),
        publicKey: publicKeyObject("x25519", publicKey),
      }),
    );
  } catch {
    throw new KemError();
  }
}

export function x25519KeyPair(privateKey: Uint8Array): KemKeyPair {
  return { privateKey, publicKey: rawPublicKey(privateKeyObject("x25519", privateKey)) };
}

/**
 * All points of low order, as RFC 7748 section 6.1 warns of them: whatever the private key, the shared secret is zero,
 * and OpenSSL refuses it. Little-endian, without the top bit, which X25519 ignores.
 */
const lowOrder: ReadonlySet<string> = new Set([
  "0000000000000000000000000000000000000000000000000000000000000000",
  "0100000000000000000000000000000000000000000000000000000000000000",
  "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
  "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
]);

/** Whether X25519 with this key gives a secret. */
export function isX25519PublicKey(publicKey: Uint8Array): boolean {
  if (publicKey.length !== KEY_BYTES) return false;
  const masked = publicKey.slice();
  masked[KEY_BYTES - 1] = (masked[KEY_BYTES - 1] ?? 0) & 0x7f;
  return !lowOrder.has(toHex(masked));
}

export const x25519HkdfSha256: Kem = {
  id: 0x0020,
  secretBytes: 32,
  publicKeyBytes: KEY_BYTES,
  isPublicKey: isX25519PublicKey,
  privateKeyBytes: KEY_BYTES,
  encBytes: KEY_BYTES,
  deriveKeyPair(ikm) {
    const prk = labeledExtract({ suiteId, salt: EMPTY, label: "dkp_prk", inputKey: ikm });
    const privateKey = labeledExpand({ suiteId, prk, label: "sk", info: EMPTY, length: KEY_BYTES });
    erase(prk);
    return x25519KeyPair(privateKey);
  },
  generateKeyPair(random) {
    const ikm = random(KEY_BYTES);
    const pair = this.deriveKeyPair(ikm);
    erase(ikm);
    return pair;
  },
  encapsulate(publicKey, random) {
    const ephemeral = this.generateKeyPair(random);
    const dh = x25519(ephemeral.privateKey, publicKey);
    const enc = ephemeral.publicKey;
    const sharedSecret = extractAndExpand(dh, concatBytes(enc, publicKey));
    erase(dh, ephemeral.privateKey);
    return { sharedSecret, enc };
  },
  decapsulate(enc, privateKey) {
    const dh = x25519(privateKey, enc);
    const sharedSecret = extractAndExpand(dh, concatBytes(enc, x25519KeyPair(privateKey).publicKey));
    erase(dh);
    return sharedSecret;
  },
};

function extractAndExpand(dh: Uint8Array, kemContext: Uint8Array): Uint8Array {
  const prk = labeledExtract({ suiteId, salt: EMPTY, label: "eae_prk", inputKey: dh });
  const sharedSecret = labeledExpand({ suiteId, prk, label: "shared_secret", info: kemContext, length: 32 });
  erase(prk);
  return sharedSecret;
}
