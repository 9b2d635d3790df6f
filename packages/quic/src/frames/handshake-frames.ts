/** CRYPTO, NEW_TOKEN and HANDSHAKE_DONE frames: RFC 9000 sections 19.6, 19.7 and 19.20. */
import type { PacketReader } from "../packet-reader.ts";
import type { PacketWriter } from "../packet-writer.ts";
import { VARINT_MAX } from "../varint.ts";
import { FrameType } from "./frame-type.ts";

export type CryptoFrame = { readonly kind: "crypto"; readonly offset: number; readonly data: Uint8Array };
export type NewTokenFrame = { readonly kind: "new-token"; readonly token: Uint8Array };
export type HandshakeDoneFrame = { readonly kind: "handshake-done" };

export function readCrypto(reader: PacketReader): CryptoFrame {
  const offset = reader.varint();
  const data = reader.vector();
  if (offset + data.length > VARINT_MAX) throw reader.error("offset-too-large");
  return { kind: "crypto", offset, data };
}

export function writeCrypto(writer: PacketWriter, frame: CryptoFrame): void {
  writer.u8(FrameType.crypto).varint(frame.offset).vector(frame.data);
}

export function readNewToken(reader: PacketReader): NewTokenFrame {
  const token = reader.vector();
  if (token.length === 0) throw reader.error("empty-token");
  return { kind: "new-token", token };
}

export function writeNewToken(writer: PacketWriter, frame: NewTokenFrame): void {
  writer.u8(FrameType.newToken).vector(frame.token);
}
