/** Retry packets: RFC 9000 section 17.2.5, RFC 9001 section 5.8. */
import { createCipheriv } from "node:crypto";
import { concatBytes, equalBytes } from "@quicprochat/bytes";
import { PacketWriter } from "./packet-writer.ts";
import { longTypeBits, type Version, versionFacts } from "./version.ts";

export const RETRY_TAG_BYTES = 16;

export type RetryFields = {
  readonly version: Version;
  /** The client's source connection id, and the new one that the server chose. */
  readonly destination: Uint8Array;
  readonly source: Uint8Array;
  readonly token: Uint8Array;
  readonly originalDestination: Uint8Array;
};

/** A whole Retry packet. `unused`: four bits that mean nothing. */
export function encodeRetry(fields: RetryFields, unused: number): Uint8Array {
  const { version, destination, source, token } = fields;
  const writer = new PacketWriter(new Uint8Array(7 + destination.length + source.length + token.length));
  writer.u8(0xc0 | longTypeBits(version, "retry") | (unused & 0x0f)).u32(version);
  writer.u8(destination.length).fixed(destination).u8(source.length).fixed(source).fixed(token);
  return concatBytes(writer.bytes, retryTag(version, fields.originalDestination, writer.bytes));
}

/** Whether the Retry packet `packet` (all of the datagram) answers a client that chose `originalDestination`. */
export function retryIsGenuine(version: Version, originalDestination: Uint8Array, packet: Uint8Array): boolean {
  const body = packet.subarray(0, packet.length - RETRY_TAG_BYTES);
  return equalBytes(retryTag(version, originalDestination, body), packet.subarray(body.length));
}

function retryTag(version: Version, originalDestination: Uint8Array, body: Uint8Array): Uint8Array {
  const { retryKey, retryNonce } = versionFacts(version);
  const cipher = createCipheriv("aes-128-gcm", retryKey, retryNonce, { authTagLength: RETRY_TAG_BYTES });
  cipher.setAAD(concatBytes(Uint8Array.of(originalDestination.length), originalDestination, body));
  cipher.final();
  return cipher.getAuthTag();
}
