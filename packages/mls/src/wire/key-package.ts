/** KeyPackage, RFC 9420 section 10. */
import { encodeWith, type Reader, type Writer } from "@quicprochat/bytes";
import { type Extension, readExtensions, writeExtensions } from "./extension.ts";
import { type LeafNode, readLeafNode, writeLeafNode } from "./leaf-node.ts";

export type KeyPackage = {
  readonly version: number;
  readonly cipherSuite: number;
  readonly initKey: Uint8Array;
  readonly leafNode: LeafNode;
  readonly extensions: readonly Extension[];
  readonly signature: Uint8Array;
};

export function readKeyPackage(reader: Reader): KeyPackage {
  return {
    version: reader.u16(),
    cipherSuite: reader.u16(),
    initKey: reader.vector(),
    leafNode: readLeafNode(reader),
    extensions: readExtensions(reader),
    signature: reader.vector(),
  };
}

export function writeKeyPackage(writer: Writer, keyPackage: KeyPackage): void {
  writeUnsigned(writer, keyPackage);
  writer.vector(keyPackage.signature);
}

export const encodeKeyPackage = (keyPackage: KeyPackage): Uint8Array =>
  encodeWith((writer) => writeKeyPackage(writer, keyPackage));

/** KeyPackageTBS. */
export const keyPackageToBeSigned = (keyPackage: Omit<KeyPackage, "signature">): Uint8Array =>
  encodeWith((writer) => writeUnsigned(writer, keyPackage));

function writeUnsigned(writer: Writer, keyPackage: Omit<KeyPackage, "signature">): void {
  writer.u16(keyPackage.version).u16(keyPackage.cipherSuite).vector(keyPackage.initKey);
  writeLeafNode(writer, keyPackage.leafNode);
  writeExtensions(writer, keyPackage.extensions);
}
