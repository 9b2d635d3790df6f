/** LeafNode and Capabilities, RFC 9420 section 7.2. */
import { encodeWith, type Reader, type Writer } from "@quicprochat/bytes";
import {
  type Credential,
  type Extension,
  readCredential,
  readExtensions,
  writeCredential,
  writeExtensions,
} from "./extension.ts";
import { readVectorOf, writeVectorOf } from "./vector.ts";

export type Capabilities = {
  readonly versions: readonly number[];
  readonly cipherSuites: readonly number[];
  readonly extensions: readonly number[];
  readonly proposals: readonly number[];
  readonly credentials: readonly number[];
};

/** Seconds since 1970. */
export type Lifetime = { readonly notBefore: bigint; readonly notAfter: bigint };

export type LeafNodeSource =
  | { readonly kind: "key-package"; readonly lifetime: Lifetime }
  | { readonly kind: "update" }
  | { readonly kind: "commit"; readonly parentHash: Uint8Array };

export type LeafNode = {
  readonly encryptionKey: Uint8Array;
  readonly signatureKey: Uint8Array;
  readonly credential: Credential;
  readonly capabilities: Capabilities;
  readonly source: LeafNodeSource;
  readonly extensions: readonly Extension[];
  readonly signature: Uint8Array;
};

export type UnsignedLeafNode = Omit<LeafNode, "signature">;

/** Where an `update` or `commit` leaf stands: part of what is signed. */
export type LeafPosition = { readonly groupId: Uint8Array; readonly leafIndex: number };

const sourceCodes = { "key-package": 1, update: 2, commit: 3 } as const;

export function readLeafNode(reader: Reader): LeafNode {
  return {
    encryptionKey: reader.vector(),
    signatureKey: reader.vector(),
    credential: readCredential(reader),
    capabilities: readCapabilities(reader),
    source: readSource(reader),
    extensions: readExtensions(reader),
    signature: reader.vector(),
  };
}

export function writeLeafNode(writer: Writer, leaf: LeafNode): void {
  writeUnsigned(writer, leaf);
  writer.vector(leaf.signature);
}

export const encodeLeafNode = (leaf: LeafNode): Uint8Array => encodeWith((writer) => writeLeafNode(writer, leaf));

/** LeafNodeTBS: the position is signed unless the leaf comes from a KeyPackage. */
export const leafNodeToBeSigned = (leaf: UnsignedLeafNode, position: LeafPosition | undefined): Uint8Array =>
  encodeWith((writer) => {
    writeUnsigned(writer, leaf);
    if (leaf.source.kind !== "key-package" && position !== undefined) {
      writer.vector(position.groupId).u32(position.leafIndex);
    }
  });

function writeUnsigned(writer: Writer, leaf: UnsignedLeafNode): void {
  writer.vector(leaf.encryptionKey).vector(leaf.signatureKey);
  writeCredential(writer, leaf.credential);
  writeCapabilities(writer, leaf.capabilities);
  writer.u8(sourceCodes[leaf.source.kind]);
  if (leaf.source.kind === "key-package") {
    writer.u64(leaf.source.lifetime.notBefore).u64(leaf.source.lifetime.notAfter);
  } else if (leaf.source.kind === "commit") {
    writer.vector(leaf.source.parentHash);
  }
  writeExtensions(writer, leaf.extensions);
}

function readSource(reader: Reader): LeafNodeSource {
  const code = reader.u8();
  if (code === sourceCodes["key-package"]) {
    return { kind: "key-package", lifetime: { notBefore: reader.u64(), notAfter: reader.u64() } };
  }
  if (code === sourceCodes.update) return { kind: "update" };
  if (code === sourceCodes.commit) return { kind: "commit", parentHash: reader.vector() };
  throw reader.error("unknown-leaf-source");
}

function readCapabilities(reader: Reader): Capabilities {
  const codes = (): number[] => readVectorOf(reader, (inner) => inner.u16());
  return {
    versions: codes(),
    cipherSuites: codes(),
    extensions: codes(),
    proposals: codes(),
    credentials: codes(),
  };
}

function writeCapabilities(writer: Writer, capabilities: Capabilities): void {
  const { versions, cipherSuites, extensions, proposals, credentials } = capabilities;
  for (const codes of [versions, cipherSuites, extensions, proposals, credentials]) {
    writeVectorOf(writer, codes, (inner, code) => inner.u16(code));
  }
}
