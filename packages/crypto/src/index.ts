/** Cryptographic primitives on Node's OpenSSL, with raw keys in and out. */
export {
  type AeadAlgorithm,
  aeadKeyBytes,
  aeadNonceBytes,
  aeadOpen,
  aeadSeal,
  aeadTagBytes,
} from "./aead.ts";
export { type Argon2Cost, argon2id } from "./argon2.ts";
export { x25519HkdfSha256 } from "./dhkem-x25519.ts";
export { hkdfExpand, hkdfExtract, hmacSha256, kdf, sha256, sha512 } from "./hash.ts";
export {
  type HpkeSuite,
  hpkeOpen,
  hpkeSeal,
  hpkeSealFor,
  hpkeSetupExportReceiver,
  hpkeSetupExportSender,
} from "./hpke.ts";
export { type Kem, KemError, type KemKeyPair } from "./kem.ts";
export { type Random, systemRandom } from "./random.ts";
export { erase, Secret } from "./secret.ts";
export {
  generateSigningKeyPair,
  type SigningKeyPair,
  sign,
  signatureBytes,
  signingKeyBytes,
  signingKeyPairFromSeed,
  signLabelled,
  verify,
  verifyLabelled,
} from "./signature.ts";
export { xWing } from "./x-wing.ts";
