/** Packet protection by `node:crypto`: RFC 9001 sections 5.3 and 5.4. It needs nothing else, and is slower than FFI. */
import { type Cipheriv, createCipheriv, createDecipheriv } from "node:crypto";
import { headerProtectionKey, nextSecret, packetKeys, type SecretOptions } from "./key-schedule.ts";
import {
  AEAD_TAG_BYTES,
  type CipherProvider,
  MASK_BYTES,
  type PacketProtector,
  SAMPLE_BYTES,
} from "./packet-protection.ts";
import { CipherSuite, type CipherSuiteId } from "./tls-handshake.ts";

export const nodeCipherProvider: CipherProvider = {
  packetProtector: (options) => new NodePacketProtector(options, headerProtection(options)),
};

/** The mask of a sample; the AES one keeps one ECB context for all samples. */
type HeaderProtection = (sample: Uint8Array) => Uint8Array;

function headerProtection(options: SecretOptions): HeaderProtection {
  const key = headerProtectionKey(options);
  if (options.suite === CipherSuite.chacha20Poly1305Sha256) {
    // The sample is the block counter and nonce, as OpenSSL's ChaCha20 takes them.
    return (sample) => createCipheriv("chacha20", key, sample).update(new Uint8Array(MASK_BYTES));
  }
  const ecb: Cipheriv = createCipheriv(key.length === 16 ? "aes-128-ecb" : "aes-256-ecb", key, null);
  ecb.setAutoPadding(false);
  return (sample) => ecb.update(sample);
}

class NodePacketProtector implements PacketProtector {
  readonly #options: SecretOptions;
  readonly #key: Uint8Array;
  readonly #iv: Uint8Array;
  readonly #nonce = new Uint8Array(12);
  readonly #headerProtection: HeaderProtection;

  constructor(options: SecretOptions, protection: HeaderProtection) {
    this.#options = { ...options, secret: options.secret.slice() };
    const { key, iv } = packetKeys(options);
    this.#key = key;
    this.#iv = iv;
    this.#headerProtection = protection;
  }

  seal(packetNumber: number, buffer: Uint8Array, headerAt: number, payloadAt: number, payloadEnd: number): void {
    const cipher = createSealer(this.#options.suite, this.#key, this.#nonceOf(packetNumber));
    cipher.setAAD(buffer.subarray(headerAt, payloadAt), { plaintextLength: payloadEnd - payloadAt });
    buffer.set(cipher.update(buffer.subarray(payloadAt, payloadEnd)), payloadAt);
    cipher.final();
    buffer.set(cipher.getAuthTag(), payloadEnd);
  }

  open(packetNumber: number, buffer: Uint8Array, headerAt: number, payloadAt: number, tagAt: number): boolean {
    const decipher = createOpener(this.#options.suite, this.#key, this.#nonceOf(packetNumber));
    decipher.setAAD(buffer.subarray(headerAt, payloadAt), { plaintextLength: tagAt - payloadAt });
    decipher.setAuthTag(buffer.subarray(tagAt, tagAt + AEAD_TAG_BYTES));
    const plaintext = decipher.update(buffer.subarray(payloadAt, tagAt));
    try {
      decipher.final();
    } catch {
      return false;
    }
    buffer.set(plaintext, payloadAt);
    return true;
  }

  headerMask(buffer: Uint8Array, sampleAt: number, mask: Uint8Array): void {
    const block = this.#headerProtection(buffer.subarray(sampleAt, sampleAt + SAMPLE_BYTES));
    for (let index = 0; index < MASK_BYTES; index++) mask[index] = block[index] ?? 0;
  }

  next(): PacketProtector {
    const secret = nextSecret(this.#options);
    const protector = new NodePacketProtector({ ...this.#options, secret }, this.#headerProtection);
    secret.fill(0);
    return protector;
  }

  free(): void {
    this.#key.fill(0);
    this.#options.secret.fill(0);
  }

  /** RFC 9001 section 5.3: the packet number, left-padded, XOR the IV. */
  #nonceOf(packetNumber: number): Uint8Array {
    const nonce = this.#nonce;
    nonce.set(this.#iv);
    let rest = packetNumber;
    for (let index = 11; rest > 0; index--) {
      nonce[index] = (nonce[index] ?? 0) ^ (rest & 0xff);
      rest = Math.floor(rest / 256);
    }
    return nonce;
  }
}

const AEAD = { authTagLength: AEAD_TAG_BYTES } as const;

function createSealer(suite: CipherSuiteId, key: Uint8Array, nonce: Uint8Array) {
  if (suite === CipherSuite.chacha20Poly1305Sha256) return createCipheriv("chacha20-poly1305", key, nonce, AEAD);
  return createCipheriv(suite === CipherSuite.aes128GcmSha256 ? "aes-128-gcm" : "aes-256-gcm", key, nonce, AEAD);
}

function createOpener(suite: CipherSuiteId, key: Uint8Array, nonce: Uint8Array) {
  if (suite === CipherSuite.chacha20Poly1305Sha256) return createDecipheriv("chacha20-poly1305", key, nonce, AEAD);
  return createDecipheriv(suite === CipherSuite.aes128GcmSha256 ? "aes-128-gcm" : "aes-256-gcm", key, nonce, AEAD);
}
