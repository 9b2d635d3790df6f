/** Ed25519 (RFC 8032), and the labelled signatures of the protocol. */
import { sign as nodeSign, verify as nodeVerify } from "node:crypto";
import { labelled } from "./hash.ts";
import { privateKeyObject, publicKeyObject, rawPublicKey } from "./key-objects.ts";
import type { Random } from "./random.ts";

export type SigningKeyPair = {
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  /** The 32-byte seed. */
  readonly privateKey: Uint8Array;
};

export const signatureBytes = 64;
export const signingKeyBytes = 32;

export const generateSigningKeyPair = (random: Random): SigningKeyPair =>
  signingKeyPairFromSeed(random(signingKeyBytes));

export function signingKeyPairFromSeed(seed: Uint8Array): SigningKeyPair {
  return { publicKey: rawPublicKey(privateKeyObject("ed25519", seed)), privateKey: seed };
}

export const sign = (privateKey: Uint8Array, message: Uint8Array): Uint8Array =>
  new Uint8Array(nodeSign(null, message, privateKeyObject("ed25519", privateKey)));

/** False on every malformed key or signature, too. */
export function verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== signingKeyBytes || signature.length !== signatureBytes) return false;
  try {
    return nodeVerify(null, message, publicKeyObject("ed25519", publicKey), signature);
  } catch {
    return false;
  }
}

/** The Sig of docs/protocol.md: Ed25519 over "qpc1 " | label | 00 | body. */
export const signLabelled = (privateKey: Uint8Array, label: string, body: Uint8Array): Uint8Array =>
  sign(privateKey, labelled(label, body));

export const verifyLabelled = (
  publicKey: Uint8Array,
  label: string,
  body: Uint8Array,
  signature: Uint8Array,
): boolean => verify(publicKey, labelled(label, body), signature);
