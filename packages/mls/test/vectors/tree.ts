/** tree-operations.json and tree-validation.json. */
import assert from "node:assert/strict";
import { applyProposals } from "../../src/group/apply-proposals.ts";
import { verifyLeafNode } from "../../src/leaf/sign-leaf-node.ts";
import type { CipherSuite } from "../../src/suite/cipher-suite.ts";
import { decodeTree, encodeTree } from "../../src/tree/encoding.ts";
import { parentHashesHold } from "../../src/tree/parent-hash.ts";
import type { RatchetTree } from "../../src/tree/ratchet-tree.ts";
import { resolution } from "../../src/tree/resolution.ts";
import { nodeHash, treeHash } from "../../src/tree/tree-hash.ts";
import { validateTree } from "../../src/tree/validate-tree.ts";
import { decode } from "../../src/wire/presentation.ts";
import { readProposal } from "../../src/wire/proposal.ts";
import { bytes, equal, integer, type Json, list } from "./json.ts";

export function treeOf(value: unknown): RatchetTree {
  const decoded = decodeTree(bytes(value));
  assert(decoded.kind === "tree");
  return decoded.tree;
}

export function treeOperations(suite: CipherSuite, vector: Json): void {
  const before = treeOf(vector["tree_before"]);
  equal(treeHash(suite, before), vector["tree_hash_before"], "tree hash before");
  const proposal = decode(readProposal, bytes(vector["proposal"]));
  const sender = { kind: "member", leafIndex: integer(vector["proposal_sender"]) } as const;
  const applied = applyProposals({ tree: before, extensions: [] }, [{ proposal, sender }]);
  assert("tree" in applied);
  equal(encodeTree(applied.tree), vector["tree_after"], "tree after");
  equal(treeHash(suite, applied.tree), vector["tree_hash_after"], "tree hash after");
  equal(encodeTree(before), vector["tree_before"], "the former tree is left as it was");
}

export function treeValidation(suite: CipherSuite, vector: Json): void {
  const tree = treeOf(vector["tree"]);
  const groupId = bytes(vector["group_id"]);
  for (const [node, expected] of list(vector["resolutions"]).entries()) {
    assert.deepEqual(resolution(tree, node), expected, `resolution of ${node}`);
  }
  for (const [node, expected] of list(vector["tree_hashes"]).entries()) {
    equal(nodeHash(suite, tree, node), expected, `tree hash of ${node}`);
  }
  assert(parentHashesHold(suite, tree), "parent hashes");
  for (const { leafIndex, leaf } of tree.leaves()) {
    assert(verifyLeafNode(suite, leaf, { groupId, leafIndex }), `leaf ${leafIndex}`);
  }
  const context = { groupId, treeHash: treeHash(suite, tree), extensions: [] };
  assert.equal(validateTree(suite, tree, context), undefined);
  equal(encodeTree(tree), vector["tree"], "encoding");
}
