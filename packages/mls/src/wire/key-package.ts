/** KeyPackage, RFC 9420 section 10. */
import { encodeWith, type Reader, type Writer } from "@quicprochat/bytes";
import { type Extension, readExtensions, writeExtensions } from "./extension.ts";
import { type LeafNode, readLeafNode, writeLeafNode } from "./leaf-node.ts";
import { readOpaque } from "./presentation.ts";

export type KeyPackage = {
  readonly version: number;
  readonly cipherSuite: number;
  readonly initKey: Uint8Array;
  readonly leafNode: LeafNode;
  readonly extensions: readonly Extension[];
  readonly signature: Uint8Array;
};

export type UnsignedKeyPackage = Omit<KeyPackage, "signature">;

export const readKeyPackage = (reader: Reader): KeyPackage => ({
  version: reader.u16(),
  cipherSuite: reader.u16(),
  initKey: readOpaque(reader),
  leafNode: readLeafNode(reader),
  extensions: readExtensions(reader),
  signature: readOpaque(reader),
});

export function writeKeyPackage(writer: Writer, keyPackage: KeyPackage): void {
  writeUnsigned(writer, keyPackage);
  writer.vector(keyPackage.signature);
}

export const keyPackageTbs = (keyPackage: UnsignedKeyPackage): Uint8Array =>
  encodeWith((writer) => writeUnsigned(writer, keyPackage));

function writeUnsigned(writer: Writer, keyPackage: UnsignedKeyPackage): void {
  writer.u16(keyPackage.version).u16(keyPackage.cipherSuite).vector(keyPackage.initKey);
  writeLeafNode(writer, keyPackage.leafNode);
  writeExtensions(writer, keyPackage.extensions);
}
