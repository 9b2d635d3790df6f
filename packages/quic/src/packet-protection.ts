/** What QUIC needs of an AEAD with header protection: RFC 9001 section 5, for keys that come from elsewhere. */
import type { CipherSuiteId } from "./tls-handshake.ts";
import type { Version } from "./version.ts";

export const AEAD_TAG_BYTES = 16;
/** RFC 9001 section 5.4.2: what header protection samples, at four bytes behind the start of the packet number. */
export const SAMPLE_BYTES = 16;
export const MASK_BYTES = 5;

/**
 * The keys of one direction at one encryption level and key phase. All positions are offsets in `buffer`; the header
 * (the associated data) is `[headerAt, payloadAt)`. It works in place and leaves nothing behind.
 * Buffers are those that the endpoint's caller gave for sending and receiving, so an implementation may recognise
 * memory of its own by `buffer.buffer`, and has to copy any other.
 */
export interface PacketProtector {
  /** Encrypts `[payloadAt, payloadEnd)` in place and writes the tag to `[payloadEnd, payloadEnd + 16)`. */
  seal(packetNumber: number, buffer: Uint8Array, headerAt: number, payloadAt: number, payloadEnd: number): void;
  /**
   * Decrypts `[payloadAt, tagAt)` in place, the tag being at `[tagAt, tagAt + 16)`. `false` when it does not authenticate:
   * the payload is then unspecified.
   */
  open(packetNumber: number, buffer: Uint8Array, headerAt: number, payloadAt: number, tagAt: number): boolean;
  /** Writes the five bytes of the mask for the 16-byte sample at `sampleAt` into `mask`. */
  headerMask(buffer: Uint8Array, sampleAt: number, mask: Uint8Array): void;
  /** The protector of the next key phase (RFC 9001 section 6.1), with the same header protection key. */
  next(): PacketProtector;
  /** Gives back memory and erases keys. Idempotent; nothing is called after it. A `next` made before it stays good. */
  free(): void;
}

export type PacketProtectorOptions = {
  readonly suite: CipherSuiteId;
  /** Traffic secret; the callee copies what it keeps, the caller erases it. */
  readonly secret: Uint8Array;
  /** Chooses the HKDF labels: `quic key` or `quicv2 key` (RFC 9369 section 3.3.2). */
  readonly version: Version;
  readonly direction: "read" | "write";
};

export type CipherProvider = {
  packetProtector(options: PacketProtectorOptions): PacketProtector;
};
