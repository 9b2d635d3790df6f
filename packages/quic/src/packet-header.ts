/** Packet headers before and without protection: RFC 8999, RFC 9000 section 17. */
import { DecodeError } from "@quicprochat/bytes";
import { PacketReader } from "./packet-reader.ts";
import type { PacketWriter } from "./packet-writer.ts";
import { knownVersion, type LongPacketType, longTypeBits, type Version, versionFacts } from "./version.ts";

export const CONNECTION_ID_BYTES_MAX = 20;
const RETRY_TAG_BYTES = 16;
const LONG_FORM = 0x80;
const FIXED_BIT = 0x40;
const SPIN_FREE_SHORT = FIXED_BIT;
export const KEY_PHASE_BIT = 0x04;

export const isLongHeader = (first: number): boolean => (first & LONG_FORM) !== 0;

/** What all versions of QUIC share (RFC 8999 section 5.1). */
export type InvariantHeader = {
  readonly version: number;
  readonly destination: Uint8Array;
  readonly source: Uint8Array;
};

/** The version independent part of a long header, whose first byte is at `at`. */
export function readInvariantHeader(reader: PacketReader): InvariantHeader & { readonly first: number } {
  const first = reader.u8();
  const version = reader.u32();
  const destination = reader.fixed(reader.u8());
  return { first, version, destination, source: reader.fixed(reader.u8()) };
}

export type LongHeader = {
  readonly type: LongPacketType;
  readonly version: Version;
  readonly destination: Uint8Array;
  readonly source: Uint8Array;
  /** Of an Initial or Retry packet; empty in others. */
  readonly token: Uint8Array;
  /** Where the packet starts, its (protected) packet number, and what follows the packet. For Retry, both latter: the tag. */
  readonly at: number;
  readonly packetNumberAt: number;
  readonly end: number;
};

const NO_TOKEN = new Uint8Array(0);

/** Reads the long header at `at`, of a version that is spoken here. Throws `DecodeError`. */
export function readLongHeader(datagram: Uint8Array, at: number): LongHeader {
  const reader = new PacketReader(datagram, at);
  const { first, version: versionNumber, destination, source } = readInvariantHeader(reader);
  const version = knownVersion(versionNumber);
  if (version === undefined || !isLongHeader(first)) throw new DecodeError("unknown-version", at);
  if (destination.length > CONNECTION_ID_BYTES_MAX || source.length > CONNECTION_ID_BYTES_MAX) {
    throw new DecodeError("connection-id-too-long", at);
  }
  const type = versionFacts(version).longTypes[(first >>> 4) & 3] ?? "initial";
  const common = { type, version, destination, source, at };
  if (type === "retry") {
    if (reader.remaining < RETRY_TAG_BYTES) throw reader.error("truncated");
    const token = reader.fixed(reader.remaining - RETRY_TAG_BYTES);
    return { ...common, token, packetNumberAt: reader.at, end: datagram.length };
  }
  const token = type === "initial" ? reader.vector() : NO_TOKEN;
  const length = reader.varint();
  if (length > reader.remaining) throw reader.error("truncated");
  return { ...common, token, packetNumberAt: reader.at, end: reader.at + length };
}

export type LongHeaderFields = {
  readonly type: LongPacketType;
  readonly version: Version;
  readonly destination: Uint8Array;
  readonly source: Uint8Array;
  readonly token: Uint8Array;
};

/** Bytes of a length field that is filled in later. */
export const LENGTH_BYTES = 2;

/** Writes up to and without the packet number, leaving two bytes for the length; returns where those are. */
export function writeLongHeader(writer: PacketWriter, fields: LongHeaderFields, packetNumberLength: number): number {
  writer.u8(LONG_FORM | FIXED_BIT | longTypeBits(fields.version, fields.type) | (packetNumberLength - 1));
  writer.u32(fields.version);
  writer.u8(fields.destination.length).fixed(fields.destination);
  writer.u8(fields.source.length).fixed(fields.source);
  if (fields.type === "initial") writer.vector(fields.token);
  return writer.skip(LENGTH_BYTES);
}

export type ShortHeaderFields = {
  readonly destination: Uint8Array;
  readonly keyPhase: number;
  /** RFC 9287: the fixed bit may be anything when the peer allows it. */
  readonly fixedBit: boolean;
};

/** Writes up to and without the packet number. The spin bit stays 0 (RFC 9000 section 17.4). */
export function writeShortHeader(writer: PacketWriter, fields: ShortHeaderFields, packetNumberLength: number): void {
  const phase = fields.keyPhase === 0 ? 0 : KEY_PHASE_BIT;
  writer.u8((fields.fixedBit ? SPIN_FREE_SHORT : 0) | phase | (packetNumberLength - 1));
  writer.fixed(fields.destination);
}
