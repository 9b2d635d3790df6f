/** The cryptographic objects of a cipher suite (RFC 9420 section 5.1) behind one replaceable interface. */
import type { Random } from "@quicprochat/crypto";
import type { HpkeCiphertext } from "../wire/hpke-ciphertext.ts";

export type KeyPair = { readonly publicKey: Uint8Array; readonly privateKey: Uint8Array };

/** Every function is synchronous. Those that open or verify answer malformed input, and never throw on it. */
export type CipherSuite = {
  /** The code point. */
  readonly id: number;
  /** KDF.Nh. */
  readonly hashBytes: number;
  /** AEAD.Nk and AEAD.Nn. */
  readonly keyBytes: number;
  readonly nonceBytes: number;

  hash(...parts: readonly Uint8Array[]): Uint8Array;
  mac(key: Uint8Array, ...parts: readonly Uint8Array[]): Uint8Array;
  extract(salt: Uint8Array, inputKey: Uint8Array): Uint8Array;
  expand(prk: Uint8Array, info: Uint8Array, length: number): Uint8Array;

  seal(keys: AeadKeys, plaintext: Uint8Array): Uint8Array;
  open(keys: AeadKeys, ciphertext: Uint8Array): Uint8Array | undefined;

  generateKeyPair(random: Random): KeyPair;
  deriveKeyPair(inputKey: Uint8Array): KeyPair;
  /** Whether anything can be sealed to it; depends on the key alone, so that all members judge alike. */
  isPublicKey(key: Uint8Array): boolean;
  /** SealBase with empty AAD; `undefined` when `publicKey` is none. */
  hpkeSeal(to: HpkeRecipient, plaintext: Uint8Array): HpkeCiphertext | undefined;
  hpkeOpen(privateKey: Uint8Array, info: Uint8Array, sealed: HpkeCiphertext): Uint8Array | undefined;
  /** SetupBase with empty info, then Export of KDF.Nh bytes: section 8.3. */
  hpkeExportTo(to: HpkeRecipient, exporterContext: Uint8Array): HpkeExport | undefined;
  hpkeExportFrom(privateKey: Uint8Array, kemOutput: Uint8Array, exporterContext: Uint8Array): Uint8Array | undefined;

  sign(privateKey: Uint8Array, message: Uint8Array): Uint8Array;
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
};

export type AeadKeys = { readonly key: Uint8Array; readonly nonce: Uint8Array; readonly aad: Uint8Array };

export type HpkeRecipient = { readonly publicKey: Uint8Array; readonly info: Uint8Array; readonly random: Random };

export type HpkeExport = { readonly kemOutput: Uint8Array; readonly exported: Uint8Array };

/** Finds a suite by code point; `undefined` when it is not supported. */
export type CipherSuiteProvider = (id: number) => CipherSuite | undefined;
