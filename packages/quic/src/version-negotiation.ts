/** Version Negotiation packets: RFC 8999 section 6, RFC 9000 sections 6 and 17.2.1. */
import { readInvariantHeader } from "./packet-header.ts";
import { PacketReader } from "./packet-reader.ts";
import { PacketWriter } from "./packet-writer.ts";

export type VersionNegotiation = {
  readonly destination: Uint8Array;
  readonly source: Uint8Array;
  readonly versions: readonly number[];
};

/** Throws `DecodeError`. */
export function readVersionNegotiation(datagram: Uint8Array): VersionNegotiation {
  const reader = new PacketReader(datagram);
  const { version, destination, source } = readInvariantHeader(reader);
  if (version !== 0) throw reader.error("not-version-negotiation");
  const versions: number[] = [];
  while (reader.remaining > 0) versions.push(reader.u32());
  return { destination, source, versions };
}

/** `unused`: seven bits that mean nothing. */
export function encodeVersionNegotiation(fields: VersionNegotiation, unused: number): Uint8Array {
  const { destination, source, versions } = fields;
  const writer = new PacketWriter(new Uint8Array(7 + destination.length + source.length + 4 * versions.length));
  writer.u8(0x80 | (unused & 0x7f)).u32(0);
  writer.u8(destination.length).fixed(destination).u8(source.length).fixed(source);
  for (const version of versions) writer.u32(version);
  return writer.bytes;
}
