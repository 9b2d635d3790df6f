/** Sender, FramedContent and AuthenticatedContent, RFC 9420 sections 6 and 6.1. */
import { encodeWith, type Reader, type Writer } from "@quicprochat/bytes";
import { contentType, protocolVersion, senderType, wireFormat } from "./code-points.ts";
import { type Commit, readCommit, writeCommit } from "./commit.ts";
import { readOpaque } from "./presentation.ts";
import { type Proposal, readProposal, writeProposal } from "./proposal.ts";

export type Sender =
  | { readonly kind: "member"; readonly leafIndex: number }
  | { readonly kind: "external"; readonly senderIndex: number }
  | { readonly kind: "new-member-proposal" }
  | { readonly kind: "new-member-commit" };

export type Content =
  | { readonly kind: "application"; readonly data: Uint8Array }
  | { readonly kind: "proposal"; readonly proposal: Proposal }
  | { readonly kind: "commit"; readonly commit: Commit };

export type FramedContent = {
  readonly groupId: Uint8Array;
  readonly epoch: bigint;
  readonly sender: Sender;
  readonly authenticatedData: Uint8Array;
  readonly content: Content;
};

export type ContentAuth = {
  readonly signature: Uint8Array;
  /** Of a commit only. */
  readonly confirmationTag: Uint8Array | undefined;
};

export type ContentWireFormat = typeof wireFormat.publicMessage | typeof wireFormat.privateMessage;

export type AuthenticatedContent = {
  readonly wireFormat: ContentWireFormat;
  readonly framed: FramedContent;
  readonly auth: ContentAuth;
};

/** Signature, tag and transcript cover the same bytes, which in a large group's commit are many: they are made once. */
const encodings = new WeakMap<FramedContent, Uint8Array>();

export function readFramedContent(reader: Reader): FramedContent {
  const start = reader.offset;
  const groupId = readOpaque(reader);
  const epoch = reader.u64();
  const sender = readSender(reader);
  const authenticatedData = readOpaque(reader);
  const framed = { groupId, epoch, sender, authenticatedData, content: readContent(reader, reader.u8()) };
  // There is one encoding only, so what was read is what would be written.
  encodings.set(framed, reader.bytes.subarray(start, reader.offset));
  return framed;
}

export function encodeFramedContent(framed: FramedContent): Uint8Array {
  const encoded = encodings.get(framed) ?? encodeWith((writer) => encodeFramed(writer, framed));
  encodings.set(framed, encoded);
  return encoded;
}

export function writeFramedContent(writer: Writer, framed: FramedContent): void {
  writer.fixed(encodeFramedContent(framed));
}

function encodeFramed(writer: Writer, framed: FramedContent): void {
  writer.vector(framed.groupId).u64(framed.epoch);
  writeSender(writer, framed.sender);
  writer.vector(framed.authenticatedData).u8(contentType[framed.content.kind]);
  writeContent(writer, framed.content);
}

export function readContent(reader: Reader, type: number): Content {
  switch (type) {
    case contentType.application:
      return { kind: "application", data: readOpaque(reader) };
    case contentType.proposal:
      return { kind: "proposal", proposal: readProposal(reader) };
    case contentType.commit:
      return { kind: "commit", commit: readCommit(reader) };
    default:
      throw reader.error("unknown-content-type");
  }
}

export function writeContent(writer: Writer, content: Content): void {
  switch (content.kind) {
    case "application":
      writer.vector(content.data);
      break;
    case "proposal":
      writeProposal(writer, content.proposal);
      break;
    case "commit":
      writeCommit(writer, content.commit);
      break;
  }
}

export const readContentAuth = (reader: Reader, kind: Content["kind"]): ContentAuth => ({
  signature: readOpaque(reader),
  confirmationTag: kind === "commit" ? readOpaque(reader) : undefined,
});

export function writeContentAuth(writer: Writer, auth: ContentAuth): void {
  writer.vector(auth.signature);
  if (auth.confirmationTag !== undefined) writer.vector(auth.confirmationTag);
}

export function readAuthenticatedContent(reader: Reader): AuthenticatedContent {
  const format = reader.u16();
  if (format !== wireFormat.publicMessage && format !== wireFormat.privateMessage) {
    throw reader.error("unknown-wire-format");
  }
  const framed = readFramedContent(reader);
  return { wireFormat: format, framed, auth: readContentAuth(reader, framed.content.kind) };
}

export function writeAuthenticatedContent(writer: Writer, authenticated: AuthenticatedContent): void {
  writer.u16(authenticated.wireFormat);
  writeFramedContent(writer, authenticated.framed);
  writeContentAuth(writer, authenticated.auth);
}

/** FramedContentTBS: members and joining committers also sign the group's context. */
export function framedContentTbs(
  format: ContentWireFormat,
  framed: FramedContent,
  encodedContext: Uint8Array | undefined,
): Uint8Array {
  const { kind } = framed.sender;
  return encodeWith((writer) => {
    writer.u16(protocolVersion.mls10).u16(format);
    writeFramedContent(writer, framed);
    if ((kind === "member" || kind === "new-member-commit") && encodedContext !== undefined) {
      writer.fixed(encodedContext);
    }
  });
}

export function readSender(reader: Reader): Sender {
  const type = reader.u8();
  switch (type) {
    case senderType.member:
      return { kind: "member", leafIndex: reader.u32() };
    case senderType.external:
      return { kind: "external", senderIndex: reader.u32() };
    case senderType.newMemberProposal:
      return { kind: "new-member-proposal" };
    case senderType.newMemberCommit:
      return { kind: "new-member-commit" };
    default:
      throw reader.error("unknown-sender-type");
  }
}

export function writeSender(writer: Writer, sender: Sender): void {
  switch (sender.kind) {
    case "member":
      writer.u8(senderType.member).u32(sender.leafIndex);
      break;
    case "external":
      writer.u8(senderType.external).u32(sender.senderIndex);
      break;
    case "new-member-proposal":
      writer.u8(senderType.newMemberProposal);
      break;
    case "new-member-commit":
      writer.u8(senderType.newMemberCommit);
      break;
  }
}
