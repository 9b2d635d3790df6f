/** Making an UpdatePath, RFC 9420 sections 7.4 to 7.6. */
import { erase, type Random } from "@quicprochat/crypto";
import type { CipherSuite, KeyPair } from "../suite/cipher-suite.ts";
import { encryptWithLabel } from "../suite/labels.ts";
import type { UpdatePathNode } from "../wire/commit.ts";
import type { HpkeCiphertext } from "../wire/hpke-ciphertext.ts";
import type { LeafNode } from "../wire/leaf-node.ts";
import { blankPath } from "./evolve.ts";
import { isBelow, leafNodeIndex } from "./math.ts";
import { setPath } from "./merge-path.ts";
import { keyPairOf, nextPathSecret } from "./path-secrets.ts";
import { encryptionKeyAt, type RatchetTree } from "./ratchet-tree.ts";
import { filteredDirectPath, type PathStep, resolution } from "./resolution.ts";

export type CreatedPath = {
  readonly leafNode: LeafNode;
  readonly steps: readonly (PathStep & { readonly pathSecret: Uint8Array; readonly publicKey: Uint8Array })[];
  /** By node index, the leaf's too. */
  readonly privateKeys: ReadonlyMap<number, Uint8Array>;
  readonly commitSecret: Uint8Array;
};

type Making = {
  readonly leafIndex: number;
  /** Of the leaf. */
  readonly keyPair: KeyPair;
  /** The signed leaf node with that key and this parent hash. */
  readonly leafWith: (parentHash: Uint8Array) => LeafNode;
  readonly random: Random;
};

/** Changes the tree: new keys along the leaf's filtered direct path, everything else on its direct path blank. */
export function createPath(suite: CipherSuite, tree: RatchetTree, making: Making): CreatedPath {
  const { leafIndex, keyPair } = making;
  const path = filteredDirectPath(tree, leafIndex);
  blankPath(tree, leafIndex);
  const privateKeys = new Map([[leafNodeIndex(leafIndex), keyPair.privateKey]]);
  let pathSecret = making.random(suite.hashBytes);
  const steps = path.map((step) => {
    const pair = keyPairOf(suite, pathSecret);
    privateKeys.set(step.node, pair.privateKey);
    const made = { ...step, pathSecret, publicKey: pair.publicKey };
    pathSecret = nextPathSecret(suite, pathSecret);
    return made;
  });
  const parentHash = setPath(suite, tree, steps);
  const leafNode = making.leafWith(parentHash);
  tree.setLeaf(leafIndex, leafNode);
  return { leafNode, steps, privateKeys, commitSecret: pathSecret };
}

type Encrypting = {
  /** Leaf indices that the same commit adds: they learn the path from their Welcome. */
  readonly added: readonly number[];
  /** The provisional GroupContext, encoded. */
  readonly encodedContext: Uint8Array;
  readonly random: Random;
};

/** Seals each path secret to its copath; the node whose key cannot be used, if there is one. */
export function encryptPath(
  suite: CipherSuite,
  tree: RatchetTree,
  { steps }: CreatedPath,
  encrypting: Encrypting,
): readonly UpdatePathNode[] | { readonly badNode: number } {
  const { encodedContext: context, random } = encrypting;
  const added = new Set(encrypting.added.map(leafNodeIndex));
  const nodes: UpdatePathNode[] = [];
  for (const { copath, pathSecret: plaintext, publicKey: encryptionKey } of steps) {
    const encryptedPathSecrets: HpkeCiphertext[] = [];
    for (const node of resolution(tree, copath)) {
      if (added.has(node)) continue;
      const publicKey = encryptionKeyAt(tree, node);
      const sealed =
        publicKey && encryptWithLabel(suite, { publicKey, label: "UpdatePathNode", context, plaintext, random });
      if (sealed === undefined) return { badNode: node };
      encryptedPathSecrets.push(sealed);
    }
    nodes.push({ encryptionKey, encryptedPathSecrets });
  }
  return nodes;
}

/** The path secret that a new member shares with the committer: that of their lowest common ancestor. */
export const sharedPathSecret = ({ steps }: CreatedPath, leafIndex: number): Uint8Array | undefined =>
  steps.find(({ copath }) => isBelow(leafNodeIndex(leafIndex), copath))?.pathSecret;

export const erasePathSecrets = ({ steps }: CreatedPath): void => erase(...steps.map(({ pathSecret }) => pathSecret));
