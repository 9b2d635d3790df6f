/** Packet protection by reused OpenSSL contexts, in place: RFC 9001 sections 5.3, 5.4 and 6.1. */
import { erase } from "@quicprochat/crypto";
import {
  type CipherProvider,
  headerProtectionKey,
  nextSecret,
  type PacketProtector,
  type PacketProtectorOptions,
  packetKeys,
} from "@quicprochat/quic";
import { CipherContext } from "./cipher-context.ts";
import { addressOf, NativeMemory } from "./ffi/native-memory.ts";
import { loadOpenSsl, NULL, type OpenSsl } from "./ffi/open-ssl.ts";
import { aeadCipher, HeaderProtection } from "./header-protection.ts";

const TAG_BYTES = 16;
const TAG_LENGTH = 16n;
const GET_TAG = 0x10n;
const SET_TAG = 0x11n;

/** Shared by all: nothing survives a call in them that is not public. */
const nonce = new NativeMemory(12);
const writtenLength = new NativeMemory(4);

/** Throws `TlsUnavailableError` on first use. */
export const openSslCipherProvider: CipherProvider = {
  packetProtector(options: PacketProtectorOptions): PacketProtector {
    const { suite } = options;
    const key = headerProtectionKey(options);
    const protection = new HeaderProtection(suite, key);
    erase(key);
    return new OpenSslPacketProtector(options, protection);
  },
};

class OpenSslPacketProtector implements PacketProtector {
  readonly #functions: OpenSsl;
  readonly #options: PacketProtectorOptions;
  readonly #protection: HeaderProtection;
  readonly #iv: Uint8Array;
  readonly #cipher: CipherContext;

  /** Takes one reference to `protection`. */
  constructor(options: PacketProtectorOptions, protection: HeaderProtection) {
    this.#functions = loadOpenSsl().functions;
    this.#options = { ...options, secret: options.secret.slice() };
    this.#protection = protection;
    const { key, iv } = packetKeys(options);
    this.#iv = iv;
    this.#cipher = new CipherContext(options.direction === "write" ? "encrypt" : "decrypt", {
      cipher: aeadCipher(options.suite),
      key,
      iv,
    });
    erase(key);
  }

  seal(packetNumber: number, buffer: Uint8Array, headerAt: number, payloadAt: number, payloadEnd: number): void {
    this.#check("write", buffer, [headerAt, payloadAt, payloadEnd]);
    this.#setNonce(packetNumber);
    const context = this.#cipher.address;
    const functions = this.#functions;
    const header = addressOf(buffer) + BigInt(headerAt);
    const headerLength = BigInt(payloadAt - headerAt);
    const payload = header + headerLength;
    const length = BigInt(payloadEnd - payloadAt);
    const tag = payload + length;
    const done =
      functions.EVP_EncryptInit_ex(context, NULL, NULL, NULL, nonce.address) &
      functions.EVP_EncryptUpdate(context, NULL, writtenLength.address, header, headerLength) &
      functions.EVP_EncryptUpdate(context, payload, writtenLength.address, payload, length) &
      functions.EVP_EncryptFinal_ex(context, tag, writtenLength.address) &
      functions.EVP_CIPHER_CTX_ctrl(context, GET_TAG, TAG_LENGTH, tag);
    if (done !== 1) throw new Error("OpenSSL could not seal a packet");
  }

  open(packetNumber: number, buffer: Uint8Array, headerAt: number, payloadAt: number, tagAt: number): boolean {
    this.#check("read", buffer, [headerAt, payloadAt, tagAt]);
    this.#setNonce(packetNumber);
    const context = this.#cipher.address;
    const functions = this.#functions;
    const header = addressOf(buffer) + BigInt(headerAt);
    const headerLength = BigInt(payloadAt - headerAt);
    const payload = header + headerLength;
    const length = BigInt(tagAt - payloadAt);
    const tag = payload + length;
    const ready =
      functions.EVP_DecryptInit_ex(context, NULL, NULL, NULL, nonce.address) &
      functions.EVP_CIPHER_CTX_ctrl(context, SET_TAG, TAG_LENGTH, tag) &
      functions.EVP_DecryptUpdate(context, NULL, writtenLength.address, header, headerLength) &
      functions.EVP_DecryptUpdate(context, payload, writtenLength.address, payload, length);
    return ready === 1 && functions.EVP_DecryptFinal_ex(context, tag, writtenLength.address) === 1;
  }

  headerMask(buffer: Uint8Array, sampleAt: number, mask: Uint8Array): void {
    this.#protection.mask(buffer, sampleAt, mask);
  }

  next(): PacketProtector {
    const secret = nextSecret(this.#options);
    const protector = new OpenSslPacketProtector({ ...this.#options, secret }, this.#protection.share());
    erase(secret);
    return protector;
  }

  free(): void {
    if (this.#cipher.address === NULL) return;
    this.#cipher.free();
    this.#protection.free();
    erase(this.#iv, this.#options.secret);
  }

  /** A wrong position would let OpenSSL write beyond the buffer. */
  #check(direction: "read" | "write", buffer: Uint8Array, [header, payload, tag]: [number, number, number]): void {
    if (this.#options.direction !== direction)
      throw new Error(`these are keys of the other direction than ${direction}`);
    if (this.#cipher.address === NULL) throw new Error("the packet keys were freed");
    const inOrder = header >= 0 && header <= payload && payload <= tag && tag + TAG_BYTES <= buffer.length;
    if (!inOrder) throw new RangeError("a packet must lie within its buffer");
  }

  /** RFC 9001 section 5.3: the packet number, left-padded, XOR the IV. */
  #setNonce(packetNumber: number): void {
    const { view } = nonce;
    const iv = this.#iv;
    nonce.bytes.set(iv);
    const high = Math.floor(packetNumber / 0x1_0000_0000);
    view.setUint32(4, view.getUint32(4) ^ high);
    view.setUint32(8, view.getUint32(8) ^ packetNumber);
  }
}
