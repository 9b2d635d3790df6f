/** Tree hashes, RFC 9420 section 7.8. */
import { encodeWith } from "@quicprochat/bytes";
import type { CipherSuite } from "../suite/cipher-suite.ts";
import { nodeType } from "../wire/code-points.ts";
import { writeLeafNode } from "../wire/leaf-node.ts";
import { writeParentNode } from "../wire/node.ts";
import { writeOptional } from "../wire/presentation.ts";
import { isLeaf, leafIndexOf, leafRange, left, right } from "./math.ts";
import type { RatchetTree } from "./ratchet-tree.ts";

/** Of the whole tree. Hashes only what changed since the last time. */
export const treeHash = (suite: CipherSuite, tree: RatchetTree): Uint8Array => nodeHash(suite, tree, tree.root);

export function nodeHash(suite: CipherSuite, tree: RatchetTree, node: number): Uint8Array {
  const known = tree.cachedHash(node);
  if (known !== undefined) return known;
  const hash = isLeaf(node)
    ? suite.hash(leafInput(tree, node, NOBODY))
    : suite.hash(
        parentInput(tree, node, NOBODY, [nodeHash(suite, tree, left(node)), nodeHash(suite, tree, right(node))]),
      );
  tree.cacheHash(node, hash);
  return hash;
}

/** The hash that `node` had before `leaves` were added: those are blank, and unmerged nowhere (section 7.9). */
export function originalHash(
  suite: CipherSuite,
  tree: RatchetTree,
  node: number,
  leaves: readonly number[],
): Uint8Array {
  const { first, end } = leafRange(node);
  const within = leaves.filter((leafIndex) => leafIndex >= first && leafIndex < end);
  if (within.length === 0) return nodeHash(suite, tree, node);
  const without = new Set(within);
  if (isLeaf(node)) return suite.hash(leafInput(tree, node, without));
  const children = [left(node), right(node)].map((child) => originalHash(suite, tree, child, within));
  return suite.hash(parentInput(tree, node, without, children));
}

const NOBODY: ReadonlySet<number> = new Set();

function leafInput(tree: RatchetTree, node: number, without: ReadonlySet<number>): Uint8Array {
  const leafIndex = leafIndexOf(node);
  const leaf = without.has(leafIndex) ? undefined : tree.leaf(leafIndex);
  return encodeWith((writer) => {
    writer.u8(nodeType.leaf).u32(leafIndex);
    writeOptional(writer, leaf, writeLeafNode);
  });
}

function parentInput(
  tree: RatchetTree,
  node: number,
  without: ReadonlySet<number>,
  children: readonly Uint8Array[],
): Uint8Array {
  const content = tree.parent(node);
  const original =
    content === undefined || without.size === 0
      ? content
      : { ...content, unmergedLeaves: content.unmergedLeaves.filter((leafIndex) => !without.has(leafIndex)) };
  return encodeWith((writer) => {
    writer.u8(nodeType.parent);
    writeOptional(writer, original, writeParentNode);
    for (const hash of children) writer.vector(hash);
  });
}
