import assert from "node:assert/strict";
import { test } from "node:test";
import { commitOf, groupOf, keyPackageOf, person, pick, random } from "../../test/people.ts";
import type { LeafNode } from "../wire/leaf-node.ts";
import type { ParentNode } from "../wire/node.ts";
import { decodeTree, encodeTree } from "./encoding.ts";
import type { RatchetTree } from "./ratchet-tree.ts";
import { treeHash } from "./tree-hash.ts";
import { validateTree } from "./validate-tree.ts";

/** Four leaves and three parents, with leaf 3 unmerged above it. */
function grown() {
  const { states } = groupOf(["ann", "ben", "cat"]);
  const full = commitOf(commitOf(pick(states, 0)).next);
  const joiner = keyPackageOf(person("dan"));
  return commitOf(full.next, { proposals: [{ kind: "add", keyPackage: joiner.keyPackage }] }).next.fields;
}

const { suite, tree: whole, context } = grown();

function codeAfter(change: (tree: RatchetTree) => void): string | undefined {
  const tree = whole.copy();
  change(tree);
  return validateTree(suite, tree, { ...context, treeHash: treeHash(suite, tree) })?.code;
}

function parentAt(tree: RatchetTree, node: number): ParentNode {
  const parent = tree.parent(node);
  assert(parent !== undefined);
  return parent;
}

function leafAt(tree: RatchetTree, leafIndex: number): LeafNode {
  const leaf = tree.leaf(leafIndex);
  assert(leaf !== undefined);
  return leaf;
}

test("a tree as the members have it is valid, and a change to it changes the tree hash", () => {
  assert.equal(
    codeAfter(() => undefined),
    undefined,
  );
  const tree = whole.copy();
  tree.setParent(3, { ...parentAt(tree, 3), unmergedLeaves: [] });
  assert.equal(validateTree(suite, tree, context)?.code, "tree-hash");
});

test("unmerged leaves that are missing, unsorted, blank or elsewhere are refused", () => {
  assert.deepEqual(parentAt(whole, 3).unmergedLeaves, [3]);
  for (const unmergedLeaves of [[3, 3], [3, 2], [9], [4]]) {
    assert.equal(
      codeAfter((tree) => tree.setParent(3, { ...parentAt(tree, 3), unmergedLeaves })),
      "tree-unmerged-leaves",
      unmergedLeaves.join(),
    );
  }
  assert.equal(
    codeAfter((tree) => tree.setParent(5, { encryptionKey: random(32), parentHash: random(32), unmergedLeaves: [] })),
    "tree-unmerged-leaves",
    "the node in between does not list the leaf",
  );
  assert.equal(
    codeAfter((tree) => tree.setParent(3, { ...parentAt(tree, 3), unmergedLeaves: [] })),
    "tree-parent-hash",
  );
});

test("a parent that nobody below was set together with is refused", () => {
  assert.equal(
    codeAfter((tree) => tree.setParent(3, { ...parentAt(tree, 3), encryptionKey: random(32) })),
    "tree-parent-hash",
  );
  assert.equal(
    codeAfter((tree) => tree.setParent(1, { ...parentAt(tree, 1), parentHash: random(32) })),
    "tree-parent-hash",
  );
});

test("keys that stand in two places or have the wrong length are refused", () => {
  assert.equal(
    codeAfter((tree) => tree.setParent(3, { ...parentAt(tree, 3), encryptionKey: leafAt(tree, 1).encryptionKey })),
    "duplicate-encryption-key",
  );
  assert.equal(
    codeAfter((tree) => tree.setParent(3, { ...parentAt(tree, 3), encryptionKey: random(31) })),
    "bad-encryption-key",
  );
  // Leaf 3 is unmerged: no parent hash covers it.
  const twin = (part: Partial<LeafNode>) => (tree: RatchetTree) => tree.setLeaf(3, { ...leafAt(tree, 3), ...part });
  assert.equal(codeAfter(twin({ signatureKey: leafAt(whole, 2).signatureKey })), "duplicate-signature-key");
  assert.equal(codeAfter(twin({ encryptionKey: leafAt(whole, 2).encryptionKey })), "duplicate-encryption-key");
});

test("a leaf that its client did not sign is refused, and named", () => {
  const tree = whole.copy();
  tree.setLeaf(3, { ...leafAt(tree, 3), signature: random(64) });
  const refusal = validateTree(suite, tree, { ...context, treeHash: treeHash(suite, tree) });
  assert.deepEqual(refusal, { code: "leaf-signature", leafIndex: 3 });
});

test("a tree on the wire ends with a node, and has leaves and parents in turn", () => {
  const bytes = encodeTree(whole);
  const decoded = decodeTree(bytes);
  assert(decoded.kind === "tree");
  assert.deepEqual(treeHash(suite, decoded.tree), context.treeHash);
  // One blank node, alone.
  assert.deepEqual(decodeTree(Uint8Array.of(1, 0)), { kind: "refused", refusal: { code: "tree-shape" } });
  assert.deepEqual(decodeTree(Uint8Array.of(0)), { kind: "refused", refusal: { code: "tree-shape" } });
});
