/** Packets on their way in: keys, packet numbers, opening in place (RFC 9000 sections 5.2 and 12.2, RFC 9001 section 5). */
import type { ConnectionState } from "./connection-state.ts";
import { KEY_PHASE_BIT, type LongHeader } from "./packet-header.ts";
import { expandPacketNumber, readPacketNumber } from "./packet-number.ts";
import type { PacketNumberSpace } from "./packet-number-space.ts";
import { AEAD_TAG_BYTES, type PacketProtector } from "./packet-protection.ts";
import { unprotectHeader } from "./protect-packet.ts";
import { TransportError, TransportErrorCode } from "./transport-error.ts";

const LONG_RESERVED_BITS = 0x0c;
const SHORT_RESERVED_BITS = 0x18;

export type OpenResult =
  | { readonly kind: "opened"; readonly number: number; readonly payloadAt: number; readonly payloadEnd: number }
  /** The keys are not there yet. */
  | { readonly kind: "too-early" }
  /** Forged, damaged, too short, seen before, or its keys are gone. */
  | { readonly kind: "dropped" };

const DROPPED: OpenResult = { kind: "dropped" };
const TOO_EARLY: OpenResult = { kind: "too-early" };

/** Initial and Handshake packets. Throws `TransportError`. */
export function openLongPacket(space: PacketNumberSpace, buffer: Uint8Array, header: LongHeader): OpenResult {
  if (space.discarded) return DROPPED;
  const protector = space.keys?.read;
  if (protector === undefined) return TOO_EARLY;
  const bytes = unprotectHeader(protector, buffer, header);
  if (bytes === 0) return DROPPED;
  const { packetNumberAt, at, end } = header;
  const number = expand(space, buffer, packetNumberAt, bytes);
  if (space.received.isDuplicate(number)) return DROPPED;
  const payloadAt = packetNumberAt + bytes;
  const payloadEnd = end - AEAD_TAG_BYTES;
  if (payloadEnd < payloadAt || !protector.open(number, buffer, at, payloadAt, payloadEnd)) return DROPPED;
  checkReserved((buffer[at] ?? 0) & LONG_RESERVED_BITS);
  return { kind: "opened", number, payloadAt, payloadEnd };
}

export type ShortPacket = {
  readonly at: number;
  readonly packetNumberAt: number;
  readonly end: number;
  readonly now: number;
  /** How long the keys of a phase that has ended are kept. */
  readonly previousKeepMs: number;
};

/** 1-RTT packets; not before the handshake is complete (RFC 9001 section 5.7). Throws `TransportError`. */
export function openShortPacket(state: ConnectionState, buffer: Uint8Array, place: ShortPacket): OpenResult {
  const { oneRtt, handshakeComplete, spaces } = state;
  if (oneRtt === undefined || !handshakeComplete) return TOO_EARLY;
  const [, , space] = spaces;
  const bytes = unprotectHeader(oneRtt.read, buffer, place);
  if (bytes === 0) return DROPPED;
  const { at, packetNumberAt, end, now, previousKeepMs } = place;
  const number = expand(space, buffer, packetNumberAt, bytes);
  if (space.received.isDuplicate(number)) return DROPPED;
  const payloadAt = packetNumberAt + bytes;
  const payloadEnd = end - AEAD_TAG_BYTES;
  if (payloadEnd < payloadAt) return DROPPED;
  const first = buffer[at] ?? 0;
  const phase = (first & KEY_PHASE_BIT) === 0 ? 0 : 1;
  const tryOpen = (protector: PacketProtector): boolean => protector.open(number, buffer, at, payloadAt, payloadEnd);
  if (!oneRtt.open({ number, phase, now, previousKeepMs }, tryOpen)) return DROPPED;
  checkReserved(first & SHORT_RESERVED_BITS);
  return { kind: "opened", number, payloadAt, payloadEnd };
}

function expand(space: PacketNumberSpace, buffer: Uint8Array, at: number, bytes: number): number {
  return expandPacketNumber(readPacketNumber(buffer, at, bytes), bytes, space.received.largest);
}

/** RFC 9000 section 17.2: after protection is removed, and only then. */
function checkReserved(bits: number): void {
  if (bits !== 0) throw new TransportError(TransportErrorCode.protocolViolation, "reserved bits are set");
}
