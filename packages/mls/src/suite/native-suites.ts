/** The suites of this engine over node:crypto: 0x004D (hybrid post-quantum) and 0x0001 (RFC 9420 section 17.1). */
import {
  type AeadAlgorithm,
  aeadKeyBytes,
  aeadNonceBytes,
  aeadOpen,
  aeadSeal,
  hkdfExpand,
  hkdfExtract,
  hmacSha256,
  hpkeOpen,
  hpkeSeal,
  hpkeSetupExportReceiver,
  hpkeSetupExportSender,
  type Kem,
  KemError,
  sha256,
  sign,
  verify,
  x25519HkdfSha256,
  xWing,
} from "@quicprochat/crypto";
import type { CipherSuite, CipherSuiteProvider } from "./cipher-suite.ts";

export const cipherSuiteId = {
  mls128X25519Aes128GcmSha256Ed25519: 0x0001,
  mls256XWingChaCha20Poly1305Sha256Ed25519: 0x004d,
} as const;

export type CipherSuiteId = (typeof cipherSuiteId)[keyof typeof cipherSuiteId];

/** The default provider. */
export const nativeSuites: CipherSuiteProvider = (id) => [hybridSuite, classicalSuite].find((suite) => suite.id === id);

/** A suite of HKDF-SHA256 and Ed25519, as all of ours are, from its KEM and its AEAD. */
export function sha256Ed25519Suite(id: number, kem: Kem, aead: AeadAlgorithm): CipherSuite {
  const hpke = { kem, aead };
  const hashBytes = 32;
  return {
    id,
    hashBytes,
    keyBytes: aeadKeyBytes[aead],
    nonceBytes: aeadNonceBytes,
    hash: sha256,
    mac: hmacSha256,
    extract: hkdfExtract,
    expand: hkdfExpand,
    seal: (keys, plaintext) => aeadSeal({ algorithm: aead, ...keys, plaintext }),
    open: (keys, ciphertext) => aeadOpen({ algorithm: aead, ...keys, ciphertext }),
    generateKeyPair: (random) => kem.generateKeyPair(random),
    deriveKeyPair: (inputKey) => kem.deriveKeyPair(inputKey),
    isPublicKey: (key) => kem.isPublicKey(key),
    hpkeSeal: (to, plaintext) =>
      unlessMalformed(() => {
        const { enc, ciphertext } = hpkeSeal(hpke, { ...to, aad: EMPTY, plaintext });
        return { kemOutput: enc, ciphertext };
      }),
    hpkeOpen: (privateKey, info, { kemOutput, ciphertext }) =>
      hpkeOpen(hpke, { privateKey, enc: kemOutput, info, aad: EMPTY, ciphertext }),
    hpkeExportTo: (to, exporterContext) =>
      unlessMalformed(() => {
        const { enc, exported } = hpkeSetupExportSender(hpke, { ...to, exporterContext, length: hashBytes });
        return { kemOutput: enc, exported };
      }),
    hpkeExportFrom: (privateKey, kemOutput, exporterContext) =>
      hpkeSetupExportReceiver(hpke, { privateKey, enc: kemOutput, info: EMPTY, exporterContext, length: hashBytes }),
    sign,
    verify,
  };
}

const EMPTY = new Uint8Array(0);

function unlessMalformed<T>(encapsulate: () => T): T | undefined {
  try {
    return encapsulate();
  } catch (error) {
    if (error instanceof KemError) return undefined;
    throw error;
  }
}

/** MLS_256_XWING_CHACHA20POLY1305_SHA256_Ed25519. */
export const hybridSuite: CipherSuite = sha256Ed25519Suite(
  cipherSuiteId.mls256XWingChaCha20Poly1305Sha256Ed25519,
  xWing,
  "chacha20-poly1305",
);

/** MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519. */
export const classicalSuite: CipherSuite = sha256Ed25519Suite(
  cipherSuiteId.mls128X25519Aes128GcmSha256Ed25519,
  x25519HkdfSha256,
  "aes-128-gcm",
);
