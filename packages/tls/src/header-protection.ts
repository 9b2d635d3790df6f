/** Header protection masks: RFC 9001 sections 5.4.3 and 5.4.4. One key lasts through all key updates. */
import { CipherSuite, type CipherSuiteId } from "@quicprochat/quic";
import { CipherContext } from "./cipher-context.ts";
import { addressOf, NativeMemory } from "./ffi/native-memory.ts";
import { loadOpenSsl, NULL, type OpenSsl } from "./ffi/open-ssl.ts";

const SAMPLE_BYTES = 16;
const MASK_BYTES = 5;
const SAMPLE_LENGTH = 16n;
const MASK_LENGTH = 5n;

const zeros = new NativeMemory(MASK_BYTES);
const output = new NativeMemory(SAMPLE_BYTES);
const writtenLength = new NativeMemory(4);

type Algorithms = { readonly aead: string; readonly mask: string };

const algorithms: Readonly<Record<CipherSuiteId, Algorithms>> = {
  [CipherSuite.aes128GcmSha256]: { aead: "AES-128-GCM", mask: "AES-128-ECB" },
  [CipherSuite.aes256GcmSha384]: { aead: "AES-256-GCM", mask: "AES-256-ECB" },
  [CipherSuite.chacha20Poly1305Sha256]: { aead: "ChaCha20-Poly1305", mask: "ChaCha20" },
};

export const aeadCipher = (suite: CipherSuiteId): string => algorithms[suite].aead;

export class HeaderProtection {
  readonly #functions: OpenSsl = loadOpenSsl().functions;
  readonly #isChaCha: boolean;
  readonly #cipher: CipherContext;
  #holders = 1;

  /** Held once; copies the key. */
  constructor(suite: CipherSuiteId, key: Uint8Array) {
    this.#isChaCha = suite === CipherSuite.chacha20Poly1305Sha256;
    const cipher = algorithms[suite].mask;
    // ChaCha20 takes block counter and nonce as one IV, which every sample replaces.
    const options = this.#isChaCha ? { cipher, key, iv: new Uint8Array(SAMPLE_BYTES) } : { cipher, key };
    this.#cipher = new CipherContext("encrypt", options);
  }

  mask(buffer: Uint8Array, sampleAt: number, mask: Uint8Array): void {
    const context = this.#cipher.address;
    const inside = sampleAt >= 0 && sampleAt + SAMPLE_BYTES <= buffer.length;
    if (context === NULL || !inside) throw new RangeError("a sample must lie within its buffer, and its key be there");
    const functions = this.#functions;
    const sample = addressOf(buffer) + BigInt(sampleAt);
    const done = this.#isChaCha
      ? functions.EVP_EncryptInit_ex(context, NULL, NULL, NULL, sample) &
        functions.EVP_EncryptUpdate(context, output.address, writtenLength.address, zeros.address, MASK_LENGTH)
      : functions.EVP_EncryptUpdate(context, output.address, writtenLength.address, sample, SAMPLE_LENGTH);
    if (done !== 1) throw new Error("OpenSSL could not make a header mask");
    for (let index = 0; index < MASK_BYTES; index++) mask[index] = output.bytes[index] ?? 0;
  }

  /** For one more holder, who frees it as well. */
  share(): this {
    this.#holders++;
    return this;
  }

  /** Once by each holder. */
  free(): void {
    if (--this.#holders === 0) this.#cipher.free();
  }
}
