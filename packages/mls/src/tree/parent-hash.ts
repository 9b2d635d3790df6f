/** Parent hashes, RFC 9420 section 7.9: each node of a path is bound to the one above it. */
import { encodeWith, equalBytes } from "@quicprochat/bytes";
import type { CipherSuite } from "../suite/cipher-suite.ts";
import type { ParentNode } from "../wire/node.ts";
import { isLeaf, leafNodeIndex, leafRange, left, right } from "./math.ts";
import type { RatchetTree } from "./ratchet-tree.ts";
import { resolution } from "./resolution.ts";
import { originalHash } from "./tree-hash.ts";

/** The hash of `node` that its descendants on the side away from `sibling` carry. */
export function parentHashOf(suite: CipherSuite, tree: RatchetTree, node: ParentNode, sibling: number): Uint8Array {
  const input = encodeWith((writer) =>
    writer
      .vector(node.encryptionKey)
      .vector(node.parentHash)
      .vector(originalHash(suite, tree, sibling, node.unmergedLeaves)),
  );
  return suite.hash(input);
}

/** Section 7.9.2, from above: whether each parent has exactly one descendant that was set together with it. */
export function parentHashesHold(suite: CipherSuite, tree: RatchetTree): boolean {
  const covered = new Set<number>();
  for (let node = 1; node < tree.width; node += 2) {
    const parentNode = tree.parent(node);
    if (parentNode === undefined) continue;
    const sides = [
      { child: left(node), sibling: right(node) },
      { child: right(node), sibling: left(node) },
    ];
    const bound = sides.flatMap((side) => boundDescendant(suite, tree, parentNode, side) ?? []);
    const [descendant] = bound;
    if (bound.length !== 1 || descendant === undefined || covered.has(descendant)) return false;
    covered.add(descendant);
  }
  return true;
}

type Side = { readonly child: number; readonly sibling: number };

/** The node below `child` whose parent hash is that of `node`, if it is where an UpdatePath would have set both. */
function boundDescendant(
  suite: CipherSuite,
  tree: RatchetTree,
  node: ParentNode,
  { child, sibling }: Side,
): number | undefined {
  const { first, end } = leafRange(child);
  const unmerged = new Set(
    node.unmergedLeaves.filter((leafIndex) => leafIndex >= first && leafIndex < end).map(leafNodeIndex),
  );
  const rest = resolution(tree, child).filter((at) => !unmerged.has(at));
  const [descendant] = rest;
  // All of the resolution but one node must be unmerged, and all that is unmerged in the resolution.
  if (rest.length !== 1 || descendant === undefined || resolution(tree, child).length !== unmerged.size + 1) {
    return undefined;
  }
  const carried = parentHashAt(tree, descendant);
  return carried !== undefined && equalBytes(carried, parentHashOf(suite, tree, node, sibling))
    ? descendant
    : undefined;
}

function parentHashAt(tree: RatchetTree, node: number): Uint8Array | undefined {
  const content = tree.node(node);
  if (content?.kind === "parent") return content.parent.parentHash;
  return isLeaf(node) && content?.kind === "leaf" && content.leaf.source.kind === "commit"
    ? content.leaf.source.parentHash
    : undefined;
}
