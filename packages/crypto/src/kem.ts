/** Key encapsulation as HPKE (RFC 9180 section 4) sees it. */
import type { Random } from "./random.ts";

export type KemKeyPair = { readonly publicKey: Uint8Array; readonly privateKey: Uint8Array };

export type Kem = {
  /** The HPKE code point. */
  readonly id: number;
  readonly secretBytes: number;
  readonly publicKeyBytes: number;
  readonly privateKeyBytes: number;
  readonly encBytes: number;
  /** HPKE's DeriveKeyPair. */
  deriveKeyPair(ikm: Uint8Array): KemKeyPair;
  generateKeyPair(random: Random): KemKeyPair;
  /** Whether `encapsulate` takes it: at a thousandth of the cost. */
  isPublicKey(publicKey: Uint8Array): boolean;
  /** Throws `KemError` when `publicKey` is none. */
  encapsulate(publicKey: Uint8Array, random: Random): { readonly sharedSecret: Uint8Array; readonly enc: Uint8Array };
  /** Throws `KemError` when `enc` or the key is malformed. */
  decapsulate(enc: Uint8Array, privateKey: Uint8Array): Uint8Array;
};

/** A key or an encapsulation that is malformed. It says no more, so that it tells an attacker no more. */
export class KemError extends Error {
  constructor() {
    super("malformed key or encapsulation");
    this.name = "KemError";
  }
}
