/** ts-mls over node:crypto: its own JavaScript with the primitives that this engine has, of either KEM. */
import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import {
  aeadKeyBytes,
  aeadNonceBytes,
  aeadOpen,
  aeadSeal,
  generateSigningKeyPair,
  hkdfExpand,
  hkdfExtract,
  hmacSha256,
  hpkeOpen,
  hpkeSeal,
  hpkeSetupExportReceiver,
  hpkeSetupExportSender,
  systemRandom as random,
  sha256,
  sign,
  verify,
  x25519HkdfSha256,
  xWing,
} from "@quicprochat/crypto";
import type { CiphersuiteImpl, Hpke, PrivateKey, PublicKey } from "ts-mls";

const EMPTY = new Uint8Array(0);

/** ts-mls carries keys as CryptoKeys: each of these stands for raw bytes, and is never used itself. */
class RawKeys {
  readonly #bytes = new WeakMap<object, Uint8Array>();
  readonly #pair = generateSigningKeyPair(random);

  private(bytes: Uint8Array): PrivateKey {
    const { privateKey } = this.#pair;
    const format = { format: "raw-private", asymmetricKeyType: "ed25519" } as const;
    const key = cryptoKeyOf(createPrivateKey({ key: Buffer.from(privateKey), ...format }));
    if (!isPrivate(key)) throw new Error("a private key was made");
    this.#bytes.set(key, bytes);
    return key;
  }

  public(bytes: Uint8Array): PublicKey {
    const { publicKey } = this.#pair;
    const format = { format: "raw-public", asymmetricKeyType: "ed25519" } as const;
    const key = cryptoKeyOf(createPublicKey({ key: Buffer.from(publicKey), ...format }));
    if (!isPublic(key)) throw new Error("a public key was made");
    this.#bytes.set(key, bytes);
    return key;
  }

  of(key: object): Uint8Array {
    const bytes = this.#bytes.get(key);
    if (bytes === undefined) throw new Error("a key of another provider");
    return bytes;
  }
}

const cryptoKeyOf = (key: KeyObject): CryptoKey =>
  key.toCryptoKey("Ed25519", true, key.type === "private" ? ["sign"] : ["verify"]);
const isPrivate = (key: CryptoKey): key is PrivateKey => key.type === "private";
const isPublic = (key: CryptoKey): key is PublicKey => key.type === "public";

/** `xWing` differs from the suite of that name in its hash: SHA-256, as in ours, for SHA-512. */
export function nodeCryptoSuite(kind: "x25519" | "xWing"): CiphersuiteImpl {
  return {
    name:
      kind === "x25519"
        ? "MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519"
        : "MLS_256_XWING_CHACHA20POLY1305_SHA512_Ed25519",
    hash: {
      digest: async (data) => sha256(data),
      mac: async (key, data) => hmacSha256(key, data),
      verifyMac: async (key, mac, data) => Buffer.compare(hmacSha256(key, data), mac) === 0,
    },
    kdf: {
      extract: async (salt, ikm) => hkdfExtract(salt, ikm),
      expand: async (prk, info, length) => hkdfExpand(prk, info, length),
      size: 32,
    },
    signature: {
      sign: async (key, message) => sign(key, message),
      verify: async (key, message, signature) => verify(key, message, signature),
      keygen: async () => {
        const { publicKey, privateKey } = generateSigningKeyPair(random);
        return { publicKey, signKey: privateKey };
      },
    },
    rng: { randomBytes: (length) => random(length) },
    hpke: hpkeOf(kind),
  };
}

function hpkeOf(kind: "x25519" | "xWing"): Hpke {
  const keys = new RawKeys();
  const algorithm = kind === "x25519" ? "aes-128-gcm" : "chacha20-poly1305";
  const suite = { kem: kind === "x25519" ? x25519HkdfSha256 : xWing, aead: algorithm } as const;
  const pairOf = ({ publicKey, privateKey }: { publicKey: Uint8Array; privateKey: Uint8Array }) => ({
    publicKey: keys.public(publicKey),
    privateKey: keys.private(privateKey),
  });
  return {
    open: async (privateKey, enc, ciphertext, info, aad = EMPTY) =>
      opened(hpkeOpen(suite, { privateKey: keys.of(privateKey), enc, info, aad, ciphertext })),
    seal: async (publicKey, plaintext, info, aad = EMPTY) => {
      const sealed = hpkeSeal(suite, { publicKey: keys.of(publicKey), info, aad, plaintext, random });
      return { ct: sealed.ciphertext, enc: sealed.enc };
    },
    importPrivateKey: async (bytes) => keys.private(bytes),
    importPublicKey: async (bytes) => keys.public(bytes),
    exportPublicKey: async (key) => keys.of(key),
    exportPrivateKey: async (key) => keys.of(key),
    encryptAead: async (key, nonce, aad = EMPTY, plaintext) => aeadSeal({ algorithm, key, nonce, aad, plaintext }),
    decryptAead: async (key, nonce, aad = EMPTY, ciphertext) =>
      opened(aeadOpen({ algorithm, key, nonce, aad, ciphertext })),
    exportSecret: async (publicKey, exporterContext, length, info) => {
      const to = { publicKey: keys.of(publicKey), info, exporterContext, length, random };
      const { enc, exported } = hpkeSetupExportSender(suite, to);
      return { enc, secret: exported };
    },
    importSecret: async (privateKey, exporterContext, enc, length, info) =>
      opened(hpkeSetupExportReceiver(suite, { privateKey: keys.of(privateKey), enc, info, exporterContext, length })),
    deriveKeyPair: async (inputKey) => pairOf(suite.kem.deriveKeyPair(inputKey)),
    generateKeyPair: async () => pairOf(suite.kem.generateKeyPair(random)),
    keyLength: aeadKeyBytes[algorithm],
    nonceLength: aeadNonceBytes,
  };
}

function opened(plaintext: Uint8Array | undefined): Uint8Array {
  if (plaintext === undefined) throw new Error("it does not open");
  return plaintext;
}
