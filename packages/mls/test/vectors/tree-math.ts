/** tree-math.json and deserialization.json: what needs no cryptography. */
import assert from "node:assert/strict";
import { readVarint } from "@quicprochat/bytes";
import { isLeaf, left, nodeWidth, parent, right, root, sibling } from "../../src/tree/math.ts";
import { bytes, integer, type Json, list } from "./json.ts";

export function treeMath(vector: Json): void {
  const leafCount = integer(vector["n_leaves"]);
  const width = nodeWidth(leafCount);
  const top = root(leafCount);
  assert.equal(width, vector["n_nodes"]);
  assert.equal(top, vector["root"]);
  const relations = {
    left: (node: number) => (isLeaf(node) ? null : left(node)),
    right: (node: number) => (isLeaf(node) ? null : right(node)),
    parent: (node: number) => (node === top ? null : parent(node)),
    sibling: (node: number) => (node === top ? null : sibling(node)),
  };
  for (const [name, relation] of Object.entries(relations)) {
    const expected = list(vector[name]);
    assert.equal(expected.length, width);
    for (const [node, value] of expected.entries()) assert.equal(relation(node), value, `${name} of ${node}`);
  }
}

export function deserialization(vector: Json): void {
  const header = bytes(vector["vlbytes_header"]);
  assert.deepEqual(readVarint(header, 0), { value: vector["length"], size: header.length });
}
