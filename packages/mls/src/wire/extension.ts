/** Extension, RFC 9420 section 13, and the contents of those that the engine itself reads. */
import type { Reader, Writer } from "@quicprochat/bytes";
import { extensionType } from "./code-points.ts";
import { type Credential, readCredential, writeCredential } from "./credential.ts";
import { decode, encode, readList, readOpaque, readU16, writeList, writeU16 } from "./presentation.ts";

export type Extension = { readonly type: number; readonly data: Uint8Array };

/** Section 11.1. */
export type RequiredCapabilities = {
  readonly extensionTypes: readonly number[];
  readonly proposalTypes: readonly number[];
  readonly credentialTypes: readonly number[];
};

/** Section 12.1.8.1. */
export type ExternalSender = { readonly signatureKey: Uint8Array; readonly credential: Credential };

/** The first extension of `type`; lists with two of one type do not decode. */
export const findExtension = (extensions: readonly Extension[], type: number): Uint8Array | undefined =>
  extensions.find((extension) => extension.type === type)?.data;

/** Section 13.4 forbids two extensions of one type in a list. */
export function readExtensions(reader: Reader): readonly Extension[] {
  const extensions = readList(reader, readExtension);
  if (new Set(extensions.map(({ type }) => type)).size !== extensions.length) throw reader.error("repeated-extension");
  return extensions;
}

export const writeExtensions = (writer: Writer, extensions: readonly Extension[]): void =>
  writeList(writer, extensions, writeExtension);

const readExtension = (reader: Reader): Extension => ({ type: reader.u16(), data: readOpaque(reader) });

function writeExtension(writer: Writer, extension: Extension): void {
  writer.u16(extension.type).vector(extension.data);
}

export const requiredCapabilitiesExtension = (required: RequiredCapabilities): Extension => ({
  type: extensionType.requiredCapabilities,
  data: encode(writeRequiredCapabilities, required),
});

/** Throws `DecodeError` when the extension is there and malformed. */
export function requiredCapabilities(extensions: readonly Extension[]): RequiredCapabilities | undefined {
  const data = findExtension(extensions, extensionType.requiredCapabilities);
  return data === undefined ? undefined : decode(readRequiredCapabilities, data);
}

const readRequiredCapabilities = (reader: Reader): RequiredCapabilities => ({
  extensionTypes: readList(reader, readU16),
  proposalTypes: readList(reader, readU16),
  credentialTypes: readList(reader, readU16),
});

function writeRequiredCapabilities(writer: Writer, required: RequiredCapabilities): void {
  writeList(writer, required.extensionTypes, writeU16);
  writeList(writer, required.proposalTypes, writeU16);
  writeList(writer, required.credentialTypes, writeU16);
}

export const externalSendersExtension = (senders: readonly ExternalSender[]): Extension => ({
  type: extensionType.externalSenders,
  data: encode(writeExternalSenders, senders),
});

/** Throws `DecodeError` when the extension is there and malformed. */
export function externalSenders(extensions: readonly Extension[]): readonly ExternalSender[] {
  const data = findExtension(extensions, extensionType.externalSenders);
  return data === undefined ? [] : decode(readExternalSenders, data);
}

const readExternalSenders = (reader: Reader): readonly ExternalSender[] =>
  readList(reader, (inner) => ({ signatureKey: readOpaque(inner), credential: readCredential(inner) }));

const writeExternalSenders = (writer: Writer, senders: readonly ExternalSender[]): void =>
  writeList(writer, senders, (inner, sender) => {
    inner.vector(sender.signatureKey);
    writeCredential(inner, sender.credential);
  });

/** Section 12.4.3.2: the content is one HPKEPublicKey. */
export const externalPubExtension = (publicKey: Uint8Array): Extension => ({
  type: extensionType.externalPub,
  data: encode((writer, key: Uint8Array) => void writer.vector(key), publicKey),
});

export function externalPub(extensions: readonly Extension[]): Uint8Array | undefined {
  const data = findExtension(extensions, extensionType.externalPub);
  return data === undefined ? undefined : decode(readOpaque, data);
}
