/** LeafNode, Capabilities and Lifetime, RFC 9420 section 7.2. */
import { encodeWith, type Reader, type Writer } from "@quicprochat/bytes";
import { leafNodeSource } from "./code-points.ts";
import { type Credential, readCredential, writeCredential } from "./credential.ts";
import { type Extension, readExtensions, writeExtensions } from "./extension.ts";
import { readList, readOpaque, readU16, writeList, writeU16 } from "./presentation.ts";

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

/** Where a leaf of source `update` or `commit` belongs; its signature covers it. */
export type LeafPosition = { readonly groupId: Uint8Array; readonly leafIndex: number };

export function readLeafNode(reader: Reader): LeafNode {
  return {
    encryptionKey: readOpaque(reader),
    signatureKey: readOpaque(reader),
    credential: readCredential(reader),
    capabilities: readCapabilities(reader),
    source: readSource(reader),
    extensions: readExtensions(reader),
    signature: readOpaque(reader),
  };
}

export function writeLeafNode(writer: Writer, leaf: LeafNode): void {
  writeUnsigned(writer, leaf);
  writer.vector(leaf.signature);
}

/** LeafNodeTBS: a leaf from a KeyPackage does not know its group yet. */
export function leafNodeTbs(leaf: UnsignedLeafNode, position: LeafPosition | undefined): Uint8Array {
  return encodeWith((writer) => {
    writeUnsigned(writer, leaf);
    if (leaf.source.kind !== "key-package" && position !== undefined) {
      writer.vector(position.groupId).u32(position.leafIndex);
    }
  });
}

function writeUnsigned(writer: Writer, leaf: UnsignedLeafNode): void {
  writer.vector(leaf.encryptionKey).vector(leaf.signatureKey);
  writeCredential(writer, leaf.credential);
  writeCapabilities(writer, leaf.capabilities);
  writeSource(writer, leaf.source);
  writeExtensions(writer, leaf.extensions);
}

const readCapabilities = (reader: Reader): Capabilities => ({
  versions: readList(reader, readU16),
  cipherSuites: readList(reader, readU16),
  extensions: readList(reader, readU16),
  proposals: readList(reader, readU16),
  credentials: readList(reader, readU16),
});

function writeCapabilities(writer: Writer, capabilities: Capabilities): void {
  writeList(writer, capabilities.versions, writeU16);
  writeList(writer, capabilities.cipherSuites, writeU16);
  writeList(writer, capabilities.extensions, writeU16);
  writeList(writer, capabilities.proposals, writeU16);
  writeList(writer, capabilities.credentials, writeU16);
}

function readSource(reader: Reader): LeafNodeSource {
  const source = reader.u8();
  switch (source) {
    case leafNodeSource.keyPackage:
      return { kind: "key-package", lifetime: { notBefore: reader.u64(), notAfter: reader.u64() } };
    case leafNodeSource.update:
      return { kind: "update" };
    case leafNodeSource.commit:
      return { kind: "commit", parentHash: readOpaque(reader) };
    default:
      throw reader.error("unknown-leaf-node-source");
  }
}

function writeSource(writer: Writer, source: LeafNodeSource): void {
  switch (source.kind) {
    case "key-package":
      writer.u8(leafNodeSource.keyPackage).u64(source.lifetime.notBefore).u64(source.lifetime.notAfter);
      break;
    case "update":
      writer.u8(leafNodeSource.update);
      break;
    case "commit":
      writer.u8(leafNodeSource.commit).vector(source.parentHash);
      break;
  }
}
