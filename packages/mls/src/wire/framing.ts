/** Content, sender and authentication data of messages, RFC 9420 section 6. */
import { encodeWith, type Reader, type Writer } from "@quicprochat/bytes";
import { protocolVersion, wireFormats } from "./code-points.ts";
import { type Commit, readCommit, writeCommit } from "./commit.ts";
import { type GroupContext, writeGroupContext } from "./group-context.ts";
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

export type FramedContentAuthData = {
  readonly signature: Uint8Array;
  /** Commits only. */
  readonly confirmationTag: Uint8Array | undefined;
};

export type AuthenticatedContent = {
  readonly wireFormat: number;
  readonly content: FramedContent;
  readonly auth: FramedContentAuthData;
};

export const contentTypes = { application: 1, proposal: 2, commit: 3 } as const;
const senderTypes = { member: 1, external: 2, "new-member-proposal": 3, "new-member-commit": 4 } as const;

export function readFramedContent(reader: Reader): FramedContent {
  const groupId = reader.vector();
  const epoch = reader.u64();
  const sender = readSender(reader);
  const authenticatedData = reader.vector();
  return { groupId, epoch, sender, authenticatedData, content: readContent(reader, reader.u8()) };
}

export function writeFramedContent(writer: Writer, content: FramedContent): void {
  writer.vector(content.groupId).u64(content.epoch);
  writeSender(writer, content.sender);
  writer.vector(content.authenticatedData).u8(contentTypes[content.content.kind]);
  writeContent(writer, content.content);
}

export function readContent(reader: Reader, type: number): Content {
  if (type === contentTypes.application) return { kind: "application", data: reader.vector() };
  if (type === contentTypes.proposal) return { kind: "proposal", proposal: readProposal(reader) };
  if (type === contentTypes.commit) return { kind: "commit", commit: readCommit(reader) };
  throw reader.error("unknown-content-type");
}

export function writeContent(writer: Writer, content: Content): void {
  if (content.kind === "application") writer.vector(content.data);
  else if (content.kind === "proposal") writeProposal(writer, content.proposal);
  else writeCommit(writer, content.commit);
}

export const readAuthData = (reader: Reader, isCommit: boolean): FramedContentAuthData => ({
  signature: reader.vector(),
  confirmationTag: isCommit ? reader.vector() : undefined,
});

export function writeAuthData(writer: Writer, { signature, confirmationTag }: FramedContentAuthData): void {
  writer.vector(signature);
  if (confirmationTag !== undefined) writer.vector(confirmationTag);
}

/** Section 6.1, FramedContentTBS. Members and joiners by commit sign the group's state along. */
export const framedContentToBeSigned = (
  wireFormat: number,
  content: FramedContent,
  context: GroupContext | undefined,
): Uint8Array =>
  encodeWith((writer) => {
    writer.u16(protocolVersion).u16(wireFormat);
    writeFramedContent(writer, content);
    const { kind } = content.sender;
    if (context !== undefined && (kind === "member" || kind === "new-member-commit"))
      writeGroupContext(writer, context);
  });

export const encodeAuthenticatedContent = ({ wireFormat, content, auth }: AuthenticatedContent): Uint8Array =>
  encodeWith((writer) => {
    writer.u16(wireFormat);
    writeFramedContent(writer, content);
    writeAuthData(writer, auth);
  });

function readSender(reader: Reader): Sender {
  const type = reader.u8();
  if (type === senderTypes.member) return { kind: "member", leafIndex: reader.u32() };
  if (type === senderTypes.external) return { kind: "external", senderIndex: reader.u32() };
  if (type === senderTypes["new-member-proposal"]) return { kind: "new-member-proposal" };
  if (type === senderTypes["new-member-commit"]) return { kind: "new-member-commit" };
  throw reader.error("unknown-sender");
}

function writeSender(writer: Writer, sender: Sender): void {
  writer.u8(senderTypes[sender.kind]);
  if (sender.kind === "member") writer.u32(sender.leafIndex);
  else if (sender.kind === "external") writer.u32(sender.senderIndex);
}

export type PublicMessage = {
  readonly content: FramedContent;
  readonly auth: FramedContentAuthData;
  /** Members only. */
  readonly membershipTag: Uint8Array | undefined;
};

export function readPublicMessage(reader: Reader): PublicMessage {
  const content = readFramedContent(reader);
  const auth = readAuthData(reader, content.content.kind === "commit");
  return { content, auth, membershipTag: content.sender.kind === "member" ? reader.vector() : undefined };
}

export function writePublicMessage(writer: Writer, { content, auth, membershipTag }: PublicMessage): void {
  writeFramedContent(writer, content);
  writeAuthData(writer, auth);
  if (membershipTag !== undefined) writer.vector(membershipTag);
}

export const publicMessageContent = ({ content, auth }: PublicMessage): AuthenticatedContent => ({
  wireFormat: wireFormats.publicMessage,
  content,
  auth,
});

export type PrivateMessage = {
  readonly groupId: Uint8Array;
  readonly epoch: bigint;
  readonly contentType: number;
  readonly authenticatedData: Uint8Array;
  readonly encryptedSenderData: Uint8Array;
  readonly ciphertext: Uint8Array;
};

export const readPrivateMessage = (reader: Reader): PrivateMessage => ({
  groupId: reader.vector(),
  epoch: reader.u64(),
  contentType: reader.u8(),
  authenticatedData: reader.vector(),
  encryptedSenderData: reader.vector(),
  ciphertext: reader.vector(),
});

export function writePrivateMessage(writer: Writer, message: PrivateMessage): void {
  writer.vector(message.groupId).u64(message.epoch).u8(message.contentType).vector(message.authenticatedData);
  writer.vector(message.encryptedSenderData).vector(message.ciphertext);
}
