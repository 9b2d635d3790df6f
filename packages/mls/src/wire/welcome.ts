/** Welcome, GroupSecrets and GroupInfo, RFC 9420 section 12.4.3. */
import { decodeWhole, encodeWith, type Reader, type Writer } from "@quicprochat/bytes";
import { type HpkeCiphertext, readHpkeCiphertext, writeHpkeCiphertext } from "./commit.ts";
import { type Extension, readExtensions, writeExtensions } from "./extension.ts";
import { type GroupContext, readGroupContext, writeGroupContext } from "./group-context.ts";
import { type PreSharedKeyId, readPreSharedKeyId, writePreSharedKeyId } from "./proposal.ts";
import { readOptional, readVectorOf, writeOptional, writeVectorOf } from "./vector.ts";

export type EncryptedGroupSecrets = { readonly newMember: Uint8Array; readonly encrypted: HpkeCiphertext };

export type Welcome = {
  readonly cipherSuite: number;
  readonly secrets: readonly EncryptedGroupSecrets[];
  readonly encryptedGroupInfo: Uint8Array;
};

export type GroupSecrets = {
  readonly joinerSecret: Uint8Array;
  readonly pathSecret: Uint8Array | undefined;
  readonly psks: readonly PreSharedKeyId[];
};

export type GroupInfo = {
  readonly groupContext: GroupContext;
  readonly extensions: readonly Extension[];
  readonly confirmationTag: Uint8Array;
  readonly signer: number;
  readonly signature: Uint8Array;
};

export const readWelcome = (reader: Reader): Welcome => ({
  cipherSuite: reader.u16(),
  secrets: readVectorOf(reader, (inner) => ({ newMember: inner.vector(), encrypted: readHpkeCiphertext(inner) })),
  encryptedGroupInfo: reader.vector(),
});

export function writeWelcome(writer: Writer, welcome: Welcome): void {
  writer.u16(welcome.cipherSuite);
  writeVectorOf(writer, welcome.secrets, (inner, { newMember, encrypted }) => {
    writeHpkeCiphertext(inner.vector(newMember), encrypted);
  });
  writer.vector(welcome.encryptedGroupInfo);
}

export const decodeGroupSecrets = (bytes: Uint8Array): GroupSecrets =>
  decodeWhole(bytes, (reader) => ({
    joinerSecret: reader.vector(),
    pathSecret: readOptional(reader, (inner) => inner.vector()),
    psks: readVectorOf(reader, readPreSharedKeyId),
  }));

export const encodeGroupSecrets = (secrets: GroupSecrets): Uint8Array =>
  encodeWith((writer) => {
    writer.vector(secrets.joinerSecret);
    writeOptional(writer, secrets.pathSecret, (inner, pathSecret) => inner.vector(pathSecret));
    writeVectorOf(writer, secrets.psks, writePreSharedKeyId);
  });

export const readGroupInfo = (reader: Reader): GroupInfo => ({
  groupContext: readGroupContext(reader),
  extensions: readExtensions(reader),
  confirmationTag: reader.vector(),
  signer: reader.u32(),
  signature: reader.vector(),
});

export function writeGroupInfo(writer: Writer, info: GroupInfo): void {
  writeUnsigned(writer, info);
  writer.vector(info.signature);
}

export const encodeGroupInfo = (info: GroupInfo): Uint8Array => encodeWith((writer) => writeGroupInfo(writer, info));

/** GroupInfoTBS. */
export const groupInfoToBeSigned = (info: Omit<GroupInfo, "signature">): Uint8Array =>
  encodeWith((writer) => writeUnsigned(writer, info));

function writeUnsigned(writer: Writer, info: Omit<GroupInfo, "signature">): void {
  writeGroupContext(writer, info.groupContext);
  writeExtensions(writer, info.extensions);
  writer.vector(info.confirmationTag).u32(info.signer);
}
