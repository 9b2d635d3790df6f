/** The ratchet tree (RFC 9420 sections 4 and 7.1): nodes by index, with the hashes that are known of them. */
import type { LeafNode } from "../wire/leaf-node.ts";
import type { LeafTreeNode, ParentNode, ParentTreeNode, TreeNode } from "../wire/node.ts";
import { directPath, leafNodeIndex, nodeWidth, root } from "./math.ts";

/**
 * Whoever calls `copy` may change that copy until it becomes part of a group's state; nobody changes it after that.
 * A copy costs two arrays of pointers: nodes and hashes are shared, and nodes never change.
 */
export class RatchetTree {
  readonly #nodes: (TreeNode | undefined)[];
  readonly #hashes: (Uint8Array | undefined)[];

  private constructor(nodes: (TreeNode | undefined)[], hashes: (Uint8Array | undefined)[]) {
    this.#nodes = nodes;
    this.#hashes = hashes;
  }

  /** Of `nodes` in array order; their count is that of a full tree: `2 * leafCount - 1`. */
  static of(nodes: readonly (TreeNode | undefined)[]): RatchetTree {
    return new RatchetTree(
      [...nodes],
      nodes.map(() => undefined),
    );
  }

  copy(): RatchetTree {
    return new RatchetTree([...this.#nodes], [...this.#hashes]);
  }

  get width(): number {
    return this.#nodes.length;
  }

  /** A power of two; blank leaves count. */
  get leafCount(): number {
    return (this.#nodes.length + 1) / 2;
  }

  get root(): number {
    return root(this.leafCount);
  }

  node(index: number): TreeNode | undefined {
    return this.#nodes[index];
  }

  leaf(leafIndex: number): LeafNode | undefined {
    const node = this.#nodes[leafNodeIndex(leafIndex)];
    return node?.kind === "leaf" ? node.leaf : undefined;
  }

  parent(index: number): ParentNode | undefined {
    const node = this.#nodes[index];
    return node?.kind === "parent" ? node.parent : undefined;
  }

  /** Members and their leaf indices, from the left. */
  *leaves(): Generator<{ readonly leafIndex: number; readonly leaf: LeafNode }> {
    for (let index = 0; index < this.#nodes.length; index += 2) {
      const node = this.#nodes[index];
      if (node?.kind === "leaf") yield { leafIndex: index / 2, leaf: node.leaf };
    }
  }

  setLeaf(leafIndex: number, leaf: LeafNode | undefined): void {
    const node: LeafTreeNode | undefined = leaf === undefined ? undefined : { kind: "leaf", leaf };
    this.#set(leafNodeIndex(leafIndex), node);
  }

  setParent(index: number, parent: ParentNode | undefined): void {
    const node: ParentTreeNode | undefined = parent === undefined ? undefined : { kind: "parent", parent };
    this.#set(index, node);
  }

  /** Doubles the tree to the right (section 7.7). */
  extend(): void {
    const width = nodeWidth(this.leafCount * 2);
    while (this.#nodes.length < width) {
      this.#nodes.push(undefined);
      this.#hashes.push(undefined);
    }
  }

  /** Halves the tree while its right half is blank (section 7.8). */
  truncate(): void {
    let last = this.#nodes.length - 1;
    while (last > 0 && this.#nodes[last] === undefined) last -= 2;
    let leafCount = this.leafCount;
    while (leafCount > 1 && last < leafCount) leafCount /= 2;
    this.#nodes.length = nodeWidth(leafCount);
    this.#hashes.length = nodeWidth(leafCount);
  }

  cachedHash(index: number): Uint8Array | undefined {
    return this.#hashes[index];
  }

  /** Only the hash of the node as it is: the cache is no part of the tree's value. */
  cacheHash(index: number, hash: Uint8Array): void {
    this.#hashes[index] = hash;
  }

  #set(index: number, node: TreeNode | undefined): void {
    this.#nodes[index] = node;
    this.#hashes[index] = undefined;
    for (const above of directPath(index, this.leafCount)) this.#hashes[above] = undefined;
  }
}

export function encryptionKeyAt(tree: RatchetTree, node: number): Uint8Array | undefined {
  const content = tree.node(node);
  if (content === undefined) return undefined;
  return content.kind === "leaf" ? content.leaf.encryptionKey : content.parent.encryptionKey;
}
