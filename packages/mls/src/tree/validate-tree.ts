/** The integrity of a tree that a joiner is given, RFC 9420 sections 12.4.3.1 and 7.9.2. */
import { equalBytes } from "@quicprochat/bytes";
import { validateLeafNode } from "../leaf/validate-leaf-node.ts";
import { validateMembers } from "../leaf/validate-members.ts";
import type { Refusal } from "../refusal.ts";
import type { CipherSuite } from "../suite/cipher-suite.ts";
import type { GroupContext } from "../wire/group-context.ts";
import { KeyIndex } from "./key-index.ts";
import { isBelow, leafNodeIndex, parent } from "./math.ts";
import { parentHashesHold } from "./parent-hash.ts";
import type { RatchetTree } from "./ratchet-tree.ts";
import { treeHash } from "./tree-hash.ts";

type Judged = Pick<GroupContext, "groupId" | "treeHash" | "extensions">;

/** Lifetimes are not judged: members that have not committed since they joined may be older than theirs. */
export function validateTree(suite: CipherSuite, tree: RatchetTree, context: Judged): Refusal | undefined {
  if (!equalBytes(treeHash(suite, tree), context.treeHash)) return { code: "tree-hash" };
  return (
    validateParents(suite, tree) ??
    (parentHashesHold(suite, tree) ? undefined : { code: "tree-parent-hash" }) ??
    validateMembers(tree, context.extensions, "all") ??
    validateLeaves(suite, tree, context.groupId)
  );
}

function validateLeaves(suite: CipherSuite, tree: RatchetTree, groupId: Uint8Array): Refusal | undefined {
  for (const { leafIndex, leaf } of tree.leaves()) {
    const position = { groupId, leafIndex };
    const code = validateLeafNode(leaf, { suite, source: undefined, position, now: undefined });
    if (code !== undefined) return { code, leafIndex };
  }
  return undefined;
}

function validateParents(suite: CipherSuite, tree: RatchetTree): Refusal | undefined {
  const keys = new KeyIndex<number>();
  for (const { leafIndex, leaf } of tree.leaves()) keys.add(leaf.encryptionKey, leafNodeIndex(leafIndex));
  for (let node = 1; node < tree.width; node += 2) {
    const content = tree.parent(node);
    if (content === undefined) continue;
    if (!suite.isPublicKey(content.encryptionKey)) return { code: "bad-encryption-key" };
    if (!unmergedLeavesHold(tree, node, content.unmergedLeaves)) return { code: "tree-unmerged-leaves" };
    if (keys.ownersOf(content.encryptionKey).length > 0) return { code: "duplicate-encryption-key" };
    keys.add(content.encryptionKey, node);
  }
  return undefined;
}

function unmergedLeavesHold(tree: RatchetTree, node: number, unmerged: readonly number[]): boolean {
  return unmerged.every((leafIndex, at) => {
    const before = at === 0 ? -1 : (unmerged[at - 1] ?? -1);
    const leafNode = leafNodeIndex(leafIndex);
    if (leafIndex <= before || !isBelow(leafNode, node) || tree.leaf(leafIndex) === undefined) return false;
    for (let between = parent(leafNode); between !== node; between = parent(between)) {
      const content = tree.parent(between);
      if (content !== undefined && !content.unmergedLeaves.includes(leafIndex)) return false;
    }
    return true;
  });
}
