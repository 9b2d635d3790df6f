/** ParentNode, and the ratchet_tree extension: RFC 9420 sections 7.1 and 12.4.3.3. */
import type { Reader, Writer } from "@quicprochat/bytes";
import { nodeType } from "./code-points.ts";
import { type LeafNode, readLeafNode, writeLeafNode } from "./leaf-node.ts";
import { readList, readOpaque, readOptional, readU32, writeList, writeOptional, writeU32 } from "./presentation.ts";

export type ParentNode = {
  readonly encryptionKey: Uint8Array;
  readonly parentHash: Uint8Array;
  /** Leaf indices, ascending. */
  readonly unmergedLeaves: readonly number[];
};

export type LeafTreeNode = { readonly kind: "leaf"; readonly leaf: LeafNode };
export type ParentTreeNode = { readonly kind: "parent"; readonly parent: ParentNode };
export type TreeNode = LeafTreeNode | ParentTreeNode;

export const readParentNode = (reader: Reader): ParentNode => ({
  encryptionKey: readOpaque(reader),
  parentHash: readOpaque(reader),
  unmergedLeaves: readList(reader, readU32),
});

export function writeParentNode(writer: Writer, node: ParentNode): void {
  writer.vector(node.encryptionKey).vector(node.parentHash);
  writeList(writer, node.unmergedLeaves, writeU32);
}

export function readTreeNode(reader: Reader): TreeNode {
  const type = reader.u8();
  if (type === nodeType.leaf) return { kind: "leaf", leaf: readLeafNode(reader) };
  if (type === nodeType.parent) return { kind: "parent", parent: readParentNode(reader) };
  throw reader.error("unknown-node-type");
}

export function writeTreeNode(writer: Writer, node: TreeNode): void {
  if (node.kind === "leaf") writeLeafNode(writer.u8(nodeType.leaf), node.leaf);
  else writeParentNode(writer.u8(nodeType.parent), node.parent);
}

/** `optional<Node> ratchet_tree<V>`: as it is on the wire, without trailing blanks. */
export const readTreeNodes = (reader: Reader): readonly (TreeNode | undefined)[] =>
  readList(reader, (inner) => readOptional(inner, readTreeNode));

export const writeTreeNodes = (writer: Writer, nodes: readonly (TreeNode | undefined)[]): void =>
  writeList(writer, nodes, (inner, node) => writeOptional(inner, node, writeTreeNode));
