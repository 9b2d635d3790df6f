/** Credential, RFC 9420 section 5.3. */
import type { Reader, Writer } from "@quicprochat/bytes";
import { credentialType } from "./code-points.ts";
import { readList, readOpaque, writeList } from "./presentation.ts";

export type Credential =
  | { readonly kind: "basic"; readonly identity: Uint8Array }
  /** DER certificates, the leaf's first. */
  | { readonly kind: "x509"; readonly certificates: readonly Uint8Array[] }
  /** A type that this engine does not know. Every registered credential is one vector, so it can be carried. */
  | { readonly kind: "unknown"; readonly type: number; readonly data: Uint8Array };

export const basicCredential = (identity: Uint8Array): Credential => ({ kind: "basic", identity });

export function credentialTypeOf(credential: Credential): number {
  switch (credential.kind) {
    case "basic":
      return credentialType.basic;
    case "x509":
      return credentialType.x509;
    case "unknown":
      return credential.type;
  }
}

export function readCredential(reader: Reader): Credential {
  const type = reader.u16();
  if (type === credentialType.basic) return { kind: "basic", identity: readOpaque(reader) };
  if (type === credentialType.x509) return { kind: "x509", certificates: readList(reader, readOpaque) };
  return { kind: "unknown", type, data: readOpaque(reader) };
}

export function writeCredential(writer: Writer, credential: Credential): void {
  writer.u16(credentialTypeOf(credential));
  switch (credential.kind) {
    case "basic":
      writer.vector(credential.identity);
      break;
    case "x509":
      writeList(writer, credential.certificates, (inner, certificate) => inner.vector(certificate));
      break;
    case "unknown":
      writer.vector(credential.data);
      break;
  }
}
