/** A whole tree on the wire, RFC 9420 section 12.4.3.3. */
import { encodeWith } from "@quicprochat/bytes";
import { limits } from "../limits.ts";
import type { Refusal } from "../refusal.ts";
import { readTreeNodes, type TreeNode, writeTreeNodes } from "../wire/node.ts";
import { decode } from "../wire/presentation.ts";
import { nodeWidth } from "./math.ts";
import { RatchetTree } from "./ratchet-tree.ts";

/** The content of the ratchet_tree extension: no blanks behind the last node. */
export function encodeTree(tree: RatchetTree): Uint8Array {
  const nodes: (TreeNode | undefined)[] = [];
  for (let index = 0; index < tree.width; index++) nodes.push(tree.node(index));
  while (nodes.length > 0 && nodes.at(-1) === undefined) nodes.pop();
  return encodeWith((writer) => writeTreeNodes(writer, nodes));
}

export type DecodedTree =
  | { readonly kind: "tree"; readonly tree: RatchetTree }
  | { readonly kind: "refused"; readonly refusal: Refusal };

/** Leaves at even places, parents at odd ones, the last not blank. Throws `DecodeError`. */
export function decodeTree(bytes: Uint8Array): DecodedTree {
  const nodes = decode(readTreeNodes, bytes);
  if (nodes.length > nodeWidth(limits.leavesMax)) return { kind: "refused", refusal: { code: "tree-too-large" } };
  const misplaced = nodes.some((node, index) => node !== undefined && (node.kind === "leaf") !== (index % 2 === 0));
  if (misplaced || nodes.at(-1) === undefined) return { kind: "refused", refusal: { code: "tree-shape" } };
  const full = [...nodes];
  let leafCount = 1;
  while (nodeWidth(leafCount) < nodes.length) leafCount *= 2;
  while (full.length < nodeWidth(leafCount)) full.push(undefined);
  return { kind: "tree", tree: RatchetTree.of(full) };
}
