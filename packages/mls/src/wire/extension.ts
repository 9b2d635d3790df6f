/** Extensions, RFC 9420 section 13, and the credential, section 5.3. */
import { decodeWhole, encodeWith, type Reader, type Writer } from "@quicprochat/bytes";
import { credentialTypes, extensionTypes } from "./code-points.ts";
import { readVectorOf, writeVectorOf } from "./vector.ts";

export type Extension = { readonly type: number; readonly data: Uint8Array };

export const readExtension = (reader: Reader): Extension => ({ type: reader.u16(), data: reader.vector() });

/** A list in which a type stands twice is refused: section 13.4 allows one of each. */
export function readExtensions(reader: Reader): readonly Extension[] {
  const extensions = readVectorOf(reader, readExtension);
  if (new Set(extensions.map(({ type }) => type)).size !== extensions.length) throw reader.error("duplicate-extension");
  return extensions;
}

export const writeExtensions = (writer: Writer, extensions: readonly Extension[]): void =>
  writeVectorOf(writer, extensions, (inner, { type, data }) => inner.u16(type).vector(data));

export const findExtension = (extensions: readonly Extension[], type: number): Uint8Array | undefined =>
  extensions.find((extension) => extension.type === type)?.data;

/** Section 11.1. */
export type RequiredCapabilities = {
  readonly extensions: readonly number[];
  readonly proposals: readonly number[];
  readonly credentials: readonly number[];
};

/** Throws `DecodeError` when the extension is there and malformed. */
export function requiredCapabilities(extensions: readonly Extension[]): RequiredCapabilities | undefined {
  const data = findExtension(extensions, extensionTypes.requiredCapabilities);
  if (data === undefined) return undefined;
  const codes = (reader: Reader): number[] => readVectorOf(reader, (inner) => inner.u16());
  return decodeWhole(data, (reader) => ({
    extensions: codes(reader),
    proposals: codes(reader),
    credentials: codes(reader),
  }));
}

export function requiredCapabilitiesExtension(required: RequiredCapabilities): Extension {
  const data = encodeWith((writer) => {
    for (const codes of [required.extensions, required.proposals, required.credentials]) {
      writeVectorOf(writer, codes, (inner, code) => inner.u16(code));
    }
  });
  return { type: extensionTypes.requiredCapabilities, data };
}

export type Credential =
  | { readonly kind: "basic"; readonly identity: Uint8Array }
  | { readonly kind: "x509"; readonly certificates: readonly Uint8Array[] };

export const credentialType = (credential: Credential): number => credentialTypes[credential.kind];

export function readCredential(reader: Reader): Credential {
  const type = reader.u16();
  if (type === credentialTypes.basic) return { kind: "basic", identity: reader.vector() };
  if (type === credentialTypes.x509) {
    return { kind: "x509", certificates: readVectorOf(reader, (inner) => inner.vector()) };
  }
  throw reader.error("unknown-credential");
}

export function writeCredential(writer: Writer, credential: Credential): void {
  writer.u16(credentialType(credential));
  if (credential.kind === "basic") writer.vector(credential.identity);
  else writeVectorOf(writer, credential.certificates, (inner, certificate) => inner.vector(certificate));
}
