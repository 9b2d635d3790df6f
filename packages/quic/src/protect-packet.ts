/** A whole packet's protection in its buffer: AEAD, then header protection (RFC 9001 sections 5.3 and 5.4.1). */

import { isLongHeader } from "./packet-header.ts";
import { PACKET_NUMBER_BYTES_MAX } from "./packet-number.ts";
import { AEAD_TAG_BYTES, MASK_BYTES, type PacketProtector, SAMPLE_BYTES } from "./packet-protection.ts";

const mask = new Uint8Array(MASK_BYTES);

export type PacketPlace = {
  /** The packet's first byte, its packet number, the first byte of its payload, and the end of the payload. */
  readonly at: number;
  readonly packetNumberAt: number;
  readonly payloadAt: number;
  readonly payloadEnd: number;
};

/** The buffer has 16 bytes behind `payloadEnd` for the tag; packet number and payload are 4 bytes at least. */
export function protectPacket(
  protector: PacketProtector,
  buffer: Uint8Array,
  packetNumber: number,
  place: PacketPlace,
): void {
  protector.seal(packetNumber, buffer, place.at, place.payloadAt, place.payloadEnd);
  protector.headerMask(buffer, place.packetNumberAt + PACKET_NUMBER_BYTES_MAX, mask);
  maskHeader(buffer, place.at, place.packetNumberAt, place.payloadAt - place.packetNumberAt);
}

/**
 * Takes header protection off in place; returns the bytes of the packet number (1 to 4), or 0 when the packet is
 * too short to have been protected.
 */
export function unprotectHeader(
  protector: PacketProtector,
  buffer: Uint8Array,
  place: { readonly at: number; readonly packetNumberAt: number; readonly end: number },
): number {
  const sampleAt = place.packetNumberAt + PACKET_NUMBER_BYTES_MAX;
  if (sampleAt + SAMPLE_BYTES > place.end || place.packetNumberAt + AEAD_TAG_BYTES > place.end) return 0;
  protector.headerMask(buffer, sampleAt, mask);
  const first = buffer[place.at] ?? 0;
  const clear = first ^ ((mask[0] ?? 0) & (isLongHeader(first) ? 0x0f : 0x1f));
  const length = (clear & 0x03) + 1;
  maskHeader(buffer, place.at, place.packetNumberAt, length);
  return length;
}

function maskHeader(buffer: Uint8Array, at: number, packetNumberStart: number, length: number): void {
  const first = buffer[at] ?? 0;
  buffer[at] = first ^ ((mask[0] ?? 0) & (isLongHeader(first) ? 0x0f : 0x1f));
  for (let index = 0; index < length; index++) {
    const where = packetNumberStart + index;
    buffer[where] = (buffer[where] ?? 0) ^ (mask[index + 1] ?? 0);
  }
}
