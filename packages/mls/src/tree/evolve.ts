/** How proposals change the tree, RFC 9420 sections 7.7, 7.8 and 12.1.1 to 12.1.3. Each changes the tree that it is given. */
import type { LeafNode } from "../wire/leaf-node.ts";
import { directPath, leafNodeIndex } from "./math.ts";
import type { RatchetTree } from "./ratchet-tree.ts";

/** Puts the leaf in the leftmost blank place from `from` on, unmerged at all its parents; returns its index. */
export function addLeaf(tree: RatchetTree, leaf: LeafNode, from = 0): number {
  const leafIndex = reserveLeaf(tree, from);
  tree.setLeaf(leafIndex, leaf);
  for (const node of directPath(leafNodeIndex(leafIndex), tree.leafCount)) {
    const parent = tree.parent(node);
    if (parent === undefined) continue;
    const unmergedLeaves = [...parent.unmergedLeaves, leafIndex].sort((one, other) => one - other);
    tree.setParent(node, { ...parent, unmergedLeaves });
  }
  return leafIndex;
}

/** The leftmost blank leaf from `from` on; the tree grows where there is none. */
export function reserveLeaf(tree: RatchetTree, from = 0): number {
  const count = tree.leafCount;
  for (let leafIndex = from; leafIndex < count; leafIndex++) {
    if (tree.leaf(leafIndex) === undefined) return leafIndex;
  }
  tree.extend();
  return count;
}

/** Nobody above the leaf keeps a key that its former one could reach. */
export function updateLeaf(tree: RatchetTree, leafIndex: number, leaf: LeafNode): void {
  tree.setLeaf(leafIndex, leaf);
  blankPath(tree, leafIndex);
}

/** Truncation is the caller's: once, behind all removals. */
export function removeLeaf(tree: RatchetTree, leafIndex: number): void {
  tree.setLeaf(leafIndex, undefined);
  blankPath(tree, leafIndex);
}

export function blankPath(tree: RatchetTree, leafIndex: number): void {
  for (const node of directPath(leafNodeIndex(leafIndex), tree.leafCount)) tree.setParent(node, undefined);
}
