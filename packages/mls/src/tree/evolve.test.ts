import assert from "node:assert/strict";
import { test } from "node:test";
import { at, groupLeaf } from "../../test/leaves.ts";
import { addLeaf, removeLeaf, updateLeaf } from "./evolve.ts";
import { RatchetTree } from "./ratchet-tree.ts";
import { filteredDirectPath, resolution } from "./resolution.ts";

const treeOf = (count: number): RatchetTree => {
  const tree = RatchetTree.of([{ kind: "leaf", leaf: groupLeaf(0) }]);
  for (let index = 1; index < count; index++) assert.equal(addLeaf(tree, groupLeaf(index)), index);
  return tree;
};

test("leaves are added to the leftmost blank place, and the tree doubles when there is none", () => {
  const tree = treeOf(5);
  assert.equal(tree.leafCount, 8);
  removeLeaf(tree, 1);
  assert.equal(addLeaf(tree, groupLeaf(9)), 1);
  assert.equal(addLeaf(tree, groupLeaf(10)), 5);
});

test("the tree halves as long as its right half is blank", () => {
  const tree = treeOf(9);
  assert.equal(tree.leafCount, 16);
  for (const leafIndex of [8, 7, 6, 5, 4]) removeLeaf(tree, leafIndex);
  tree.truncate();
  assert.equal(tree.leafCount, 4);
  for (const leafIndex of [3, 2, 1]) removeLeaf(tree, leafIndex);
  tree.truncate();
  assert.equal(tree.leafCount, 1);
});

test("who is added below a parent is unmerged there, in order", () => {
  const tree = treeOf(4);
  const parent = { encryptionKey: at(50), parentHash: at(51), unmergedLeaves: [] };
  tree.setParent(3, parent);
  for (const leafIndex of [3, 1]) removeLeaf(tree, leafIndex);
  assert.equal(tree.parent(3), undefined, "a Remove blanks the path");
  tree.setParent(3, parent);
  addLeaf(tree, groupLeaf(6), 3);
  addLeaf(tree, groupLeaf(7));
  assert.deepEqual(tree.parent(3)?.unmergedLeaves, [1, 3]);
  assert.deepEqual(resolution(tree, 3), [3, 2, 6]);
});

test("an Update blanks the path, so that the former key reaches nobody", () => {
  const tree = treeOf(4);
  for (const node of [1, 3, 5])
    tree.setParent(node, { encryptionKey: at(60 + node), parentHash: at(0), unmergedLeaves: [] });
  updateLeaf(tree, 0, groupLeaf(8));
  assert.deepEqual([tree.parent(1), tree.parent(3), tree.parent(5) !== undefined], [undefined, undefined, true]);
  assert.deepEqual(resolution(tree, 3), [0, 2, 5]);
});

test("a filtered direct path leaves out the parents whose other side is empty", () => {
  const tree = treeOf(5);
  assert.deepEqual(filteredDirectPath(tree, 4), [{ node: 7, copath: 3 }]);
  assert.deepEqual(
    filteredDirectPath(tree, 0).map(({ node }) => node),
    [1, 3, 7],
  );
});

test("a copy changes by itself", () => {
  const tree = treeOf(3);
  const copy = tree.copy();
  removeLeaf(copy, 2);
  copy.truncate();
  assert.deepEqual([tree.leafCount, copy.leafCount, tree.leaf(2) !== undefined], [4, 2, true]);
});
