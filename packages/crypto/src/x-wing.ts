/** X-Wing (draft-connolly-cfrg-xwing-kem): X25519 and ML-KEM-768 together, HPKE KEM 0x647a. */
import { createHash, decapsulate as nodeDecapsulate, encapsulate as nodeEncapsulate } from "node:crypto";
import { concatBytes } from "@quicprochat/bytes";
import { isX25519PublicKey, x25519, x25519KeyPair } from "./dhkem-x25519.ts";
import { type Kem, KemError, type KemKeyPair } from "./kem.ts";
import { privateKeyObject, publicKeyObject, rawPublicKey } from "./key-objects.ts";
import { erase } from "./secret.ts";

const SEED_BYTES = 32;
const ML_KEM_SEED_BYTES = 64;
const ML_KEM_PUBLIC_BYTES = 1_184;
const ML_KEM_ENC_BYTES = 1_088;
const X25519_BYTES = 32;
/** The six characters of the X-Wing label: `\.//^\`. */
const LABEL = Uint8Array.of(0x5c, 0x2e, 0x2f, 0x2f, 0x5e, 0x5c);

export const xWing: Kem = {
  id: 0x647a,
  secretBytes: 32,
  publicKeyBytes: ML_KEM_PUBLIC_BYTES + X25519_BYTES,
  privateKeyBytes: SEED_BYTES,
  encBytes: ML_KEM_ENC_BYTES + X25519_BYTES,
  deriveKeyPair: (ikm) => keyPairFromSeed(shake256(ikm, SEED_BYTES)),
  generateKeyPair: (random) => keyPairFromSeed(random(SEED_BYTES)),
  isPublicKey(publicKey) {
    if (publicKey.length !== this.publicKeyBytes) return false;
    return isReduced(publicKey) && isX25519PublicKey(publicKey.subarray(ML_KEM_PUBLIC_BYTES));
  },
  encapsulate(publicKey, random) {
    if (publicKey.length !== this.publicKeyBytes) throw new KemError();
    const postQuantum = encapsulateMlKem(publicKey.subarray(0, ML_KEM_PUBLIC_BYTES));
    const peer = publicKey.subarray(ML_KEM_PUBLIC_BYTES);
    const ephemeral = x25519KeyPair(random(X25519_BYTES));
    const classical = x25519(ephemeral.privateKey, peer);
    const enc = concatBytes(postQuantum.enc, ephemeral.publicKey);
    const sharedSecret = combine(postQuantum.sharedSecret, classical, concatBytes(ephemeral.publicKey, peer));
    erase(postQuantum.sharedSecret, classical, ephemeral.privateKey);
    return { sharedSecret, enc };
  },
  decapsulate(enc, privateKey) {
    if (enc.length !== this.encBytes || privateKey.length !== SEED_BYTES) throw new KemError();
    const { mlKem, x25519: scalar, publicKey } = expand(privateKey);
    const ephemeral = enc.subarray(ML_KEM_ENC_BYTES);
    const postQuantum = new Uint8Array(
      nodeDecapsulate(privateKeyObject("ml-kem-768", mlKem), enc.subarray(0, ML_KEM_ENC_BYTES)),
    );
    const classical = x25519(scalar, ephemeral);
    const sharedSecret = combine(
      postQuantum,
      classical,
      concatBytes(ephemeral, publicKey.subarray(ML_KEM_PUBLIC_BYTES)),
    );
    erase(postQuantum, classical);
    return sharedSecret;
  },
};

const ML_KEM_Q = 3_329;
const ML_KEM_SEED_RHO_BYTES = 32;

/** The modulus check of FIPS 203 section 7.2: two coefficients of 12 bits in each three bytes, all below q. */
function isReduced(publicKey: Uint8Array): boolean {
  for (let at = 0; at < ML_KEM_PUBLIC_BYTES - ML_KEM_SEED_RHO_BYTES; at += 3) {
    const low = publicKey[at] ?? 0;
    const middle = publicKey[at + 1] ?? 0;
    const high = publicKey[at + 2] ?? 0;
    if ((low | ((middle & 0x0f) << 8)) >= ML_KEM_Q || ((middle >>> 4) | (high << 4)) >= ML_KEM_Q) return false;
  }
  return true;
}

type Expanded = { readonly mlKem: Uint8Array; readonly x25519: Uint8Array; readonly publicKey: Uint8Array };

/** Expanding a seed costs an ML-KEM key generation: kept with the seed's bytes, and gone with them. */
const expandedSeeds = new WeakMap<Uint8Array, Expanded & { readonly seed: Uint8Array }>();

function expand(seed: Uint8Array): Expanded {
  const known = expandedSeeds.get(seed);
  if (known !== undefined && Buffer.compare(known.seed, seed) === 0) return known;
  const material = shake256(seed, ML_KEM_SEED_BYTES + X25519_BYTES);
  const mlKem = material.slice(0, ML_KEM_SEED_BYTES);
  const scalar = material.slice(ML_KEM_SEED_BYTES);
  erase(material);
  const publicKey = concatBytes(rawPublicKey(privateKeyObject("ml-kem-768", mlKem)), x25519KeyPair(scalar).publicKey);
  const expanded = { mlKem, x25519: scalar, publicKey, seed: seed.slice() };
  expandedSeeds.set(seed, expanded);
  return expanded;
}

/** The public key is a copy: what its caller does to it must not reach the one that is kept. */
const keyPairFromSeed = (seed: Uint8Array): KemKeyPair => ({
  privateKey: seed,
  publicKey: expand(seed).publicKey.slice(),
});

function encapsulateMlKem(publicKey: Uint8Array): { readonly sharedSecret: Uint8Array; readonly enc: Uint8Array } {
  try {
    const { sharedKey, ciphertext } = nodeEncapsulate(publicKeyObject("ml-kem-768", publicKey));
    return { sharedSecret: new Uint8Array(sharedKey), enc: new Uint8Array(ciphertext) };
  } catch {
    throw new KemError();
  }
}

function combine(postQuantum: Uint8Array, classical: Uint8Array, transcript: Uint8Array): Uint8Array {
  const state = createHash("sha3-256").update(postQuantum).update(classical).update(transcript).update(LABEL);
  return new Uint8Array(state.digest());
}

const shake256 = (input: Uint8Array, length: number): Uint8Array =>
  new Uint8Array(createHash("shake256", { outputLength: length }).update(input).digest());
