/** PrivateMessage and what it seals, RFC 9420 section 6.3. */
import { encodeWith, type Reader, type Writer } from "@quicprochat/bytes";
import { contentType } from "./code-points.ts";
import {
  type Content,
  type ContentAuth,
  readContent,
  readContentAuth,
  writeContent,
  writeContentAuth,
} from "./framed-content.ts";
import { readOpaque } from "./presentation.ts";

export type PrivateMessageHeader = {
  readonly groupId: Uint8Array;
  readonly epoch: bigint;
  readonly contentType: number;
};

export type PrivateMessage = PrivateMessageHeader & {
  readonly authenticatedData: Uint8Array;
  readonly encryptedSenderData: Uint8Array;
  readonly ciphertext: Uint8Array;
};

/** Section 6.3.1. */
export type PrivateContent = { readonly content: Content; readonly auth: ContentAuth };

/** Section 6.3.2. */
export type SenderData = {
  readonly leafIndex: number;
  readonly generation: number;
  readonly reuseGuard: Uint8Array;
};

export const reuseGuardBytes = 4;

export function readPrivateMessage(reader: Reader): PrivateMessage {
  const groupId = readOpaque(reader);
  const epoch = reader.u64();
  const type = reader.u8();
  if (type < contentType.application || type > contentType.commit) throw reader.error("unknown-content-type");
  const authenticatedData = readOpaque(reader);
  return {
    groupId,
    epoch,
    contentType: type,
    authenticatedData,
    encryptedSenderData: reader.vector(),
    ciphertext: reader.vector(),
  };
}

export function writePrivateMessage(writer: Writer, message: PrivateMessage): void {
  writeSenderDataAad(writer, message);
  writer.vector(message.authenticatedData).vector(message.encryptedSenderData).vector(message.ciphertext);
}

export const senderDataAad = (header: PrivateMessageHeader): Uint8Array =>
  encodeWith((writer) => writeSenderDataAad(writer, header));

export const privateContentAad = (header: PrivateMessageHeader, authenticatedData: Uint8Array): Uint8Array =>
  encodeWith((writer) => {
    writeSenderDataAad(writer, header);
    writer.vector(authenticatedData);
  });

function writeSenderDataAad(writer: Writer, header: PrivateMessageHeader): void {
  writer.vector(header.groupId).u64(header.epoch).u8(header.contentType);
}

/** Padding runs to the end and must be zeros, so that a message has one encoding. */
export function readPrivateContent(reader: Reader, type: number): PrivateContent {
  const content = readContent(reader, type);
  const auth = readContentAuth(reader, content.kind);
  if (reader.rest().some((byte) => byte !== 0)) throw reader.error("padding-not-zero");
  return { content, auth };
}

export function writePrivateContent(writer: Writer, sealed: PrivateContent, paddingBytes: number): void {
  writeContent(writer, sealed.content);
  writeContentAuth(writer, sealed.auth);
  writer.zeros(paddingBytes);
}

export const readSenderData = (reader: Reader): SenderData => ({
  leafIndex: reader.u32(),
  generation: reader.u32(),
  reuseGuard: reader.fixed(reuseGuardBytes),
});

export function writeSenderData(writer: Writer, data: SenderData): void {
  writer.u32(data.leafIndex).u32(data.generation).fixed(data.reuseGuard);
}
