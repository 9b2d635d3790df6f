/** Resolutions and filtered direct paths, RFC 9420 sections 4.1.1 and 4.1.2. */
import { isLeaf, leafNodeIndex, left, parent, right, sibling } from "./math.ts";
import type { RatchetTree } from "./ratchet-tree.ts";

/** The fewest non-blank nodes that cover all members below `node`, unmerged leaves last at each node. */
export function resolution(tree: RatchetTree, node: number): number[] {
  const found: number[] = [];
  collect(tree, node, found);
  return found;
}

function collect(tree: RatchetTree, node: number, found: number[]): void {
  const content = tree.node(node);
  if (content?.kind === "leaf") {
    found.push(node);
  } else if (content?.kind === "parent") {
    found.push(node);
    for (const leafIndex of content.parent.unmergedLeaves) found.push(leafNodeIndex(leafIndex));
  } else if (!isLeaf(node)) {
    collect(tree, left(node), found);
    collect(tree, right(node), found);
  }
}

export function hasEmptyResolution(tree: RatchetTree, node: number): boolean {
  if (tree.node(node) !== undefined) return false;
  return isLeaf(node) || (hasEmptyResolution(tree, left(node)) && hasEmptyResolution(tree, right(node)));
}

/** A step up from a leaf: the parent, and its child on the copath. */
export type PathStep = { readonly node: number; readonly copath: number };

/** From the leaf's lowest parent to the root, without the parents that would have but one child's keys below them. */
export function filteredDirectPath(tree: RatchetTree, leafIndex: number): PathStep[] {
  const path: PathStep[] = [];
  for (let at = leafNodeIndex(leafIndex); at !== tree.root; at = parent(at)) {
    const copath = sibling(at);
    if (!hasEmptyResolution(tree, copath)) path.push({ node: parent(at), copath });
  }
  return path;
}
