/** treekem.json: UpdatePaths of others are followed, and own ones can be. */
import assert from "node:assert/strict";
import { systemRandom } from "@quicprochat/crypto";
import { encodeContext } from "../../src/group/next-epoch.ts";
import { signLeafNode } from "../../src/leaf/sign-leaf-node.ts";
import type { CipherSuite } from "../../src/suite/cipher-suite.ts";
import { createPath, encryptPath, sharedPathSecret } from "../../src/tree/create-path.ts";
import { climb, decryptPath } from "../../src/tree/decrypt-path.ts";
import { commonAncestor, leafNodeIndex } from "../../src/tree/math.ts";
import { mergePath } from "../../src/tree/merge-path.ts";
import { parentHashesHold } from "../../src/tree/parent-hash.ts";
import { keyPairOf } from "../../src/tree/path-secrets.ts";
import type { RatchetTree } from "../../src/tree/ratchet-tree.ts";
import { encryptionKeyAt } from "../../src/tree/ratchet-tree.ts";
import { treeHash } from "../../src/tree/tree-hash.ts";
import { readUpdatePath, type UpdatePath } from "../../src/wire/commit.ts";
import { decode } from "../../src/wire/presentation.ts";
import { bytes, equal, integer, type Json, list, optional, records } from "./json.ts";
import { treeOf } from "./tree.ts";

type Leaf = {
  readonly index: number;
  readonly signaturePrivateKey: Uint8Array;
  readonly privateKeys: ReadonlyMap<number, Uint8Array>;
};

type Group = {
  readonly suite: CipherSuite;
  readonly tree: RatchetTree;
  readonly leaves: readonly Leaf[];
  readonly groupId: Uint8Array;
  readonly contextWith: (hash: Uint8Array) => Uint8Array;
};

export function treeKem(suite: CipherSuite, vector: Json): void {
  const tree = treeOf(vector["ratchet_tree"]);
  const groupId = bytes(vector["group_id"]);
  const context = {
    version: 1,
    cipherSuite: suite.id,
    groupId,
    epoch: BigInt(integer(vector["epoch"])),
    confirmedTranscriptHash: bytes(vector["confirmed_transcript_hash"]),
    extensions: [],
  };
  const group: Group = {
    suite,
    tree,
    leaves: records(vector["leaves_private"]).map((leaf) => leafOf(suite, tree, leaf)),
    groupId,
    contextWith: (hash) => encodeContext({ ...context, treeHash: hash }),
  };
  for (const expected of records(vector["update_paths"])) {
    follow(group, expected);
    lead(group, integer(expected["sender"]));
  }
}

function leafOf(suite: CipherSuite, tree: RatchetTree, leaf: Json): Leaf {
  const index = integer(leaf["index"]);
  const privateKeys = new Map([[leafNodeIndex(index), bytes(leaf["encryption_priv"])]]);
  for (const entry of records(leaf["path_secrets"])) {
    const node = integer(entry["node"]);
    const pair = keyPairOf(suite, bytes(entry["path_secret"]));
    assert.deepEqual(pair.publicKey, encryptionKeyAt(tree, node), `key of node ${node}`);
    privateKeys.set(node, pair.privateKey);
  }
  return { index, signaturePrivateKey: bytes(leaf["signature_priv"]), privateKeys };
}

function follow(group: Group, expected: Json): void {
  const { suite } = group;
  const committer = integer(expected["sender"]);
  const path = decode(readUpdatePath, bytes(expected["update_path"]));
  const tree = merged(group, committer, path);
  equal(treeHash(suite, tree), expected["tree_hash_after"], "tree hash after");
  assert(parentHashesHold(suite, tree), "parent hashes after");
  const secrets = list(expected["path_secrets"]);
  for (const leaf of group.leaves) {
    if (leaf.index === committer) continue;
    const learned = learn(group, { leaf, tree, committer, path });
    equal(learned.commitSecret, expected["commit_secret"], "commit secret");
    const pathSecret = optional(secrets[leaf.index], bytes);
    assert(pathSecret !== undefined);
    const shared = commonAncestor(leafNodeIndex(leaf.index), leafNodeIndex(committer));
    assert.deepEqual(climb(suite, tree, shared, pathSecret), learned, `path secret of leaf ${leaf.index}`);
  }
}

function merged({ suite, tree: before }: Group, leafIndex: number, path: UpdatePath): RatchetTree {
  const tree = before.copy();
  assert.equal(mergePath(suite, tree, { leafIndex, path, added: [] }), undefined);
  return tree;
}

type Learning = {
  readonly leaf: Leaf;
  readonly tree: RatchetTree;
  readonly committer: number;
  readonly path: UpdatePath;
};

function learn({ suite, contextWith }: Group, { leaf, tree, committer, path }: Learning) {
  const encodedContext = contextWith(treeHash(suite, tree));
  const { index: ownLeaf, privateKeys } = leaf;
  const learned = decryptPath(suite, tree, { committer, ownLeaf, path, added: [], encodedContext, privateKeys });
  assert(learned.kind === "learned", `leaf ${ownLeaf} does not learn the path`);
  return learned;
}

function lead(group: Group, committer: number): void {
  const { suite, groupId } = group;
  const signer = group.leaves.find(({ index }) => index === committer);
  const former = group.tree.leaf(committer);
  assert(signer !== undefined && former !== undefined);
  const own = group.tree.copy();
  const keyPair = suite.generateKeyPair(systemRandom);
  const made = createPath(suite, own, {
    leafIndex: committer,
    keyPair,
    leafWith: (parentHash) =>
      signLeafNode(
        suite,
        signer.signaturePrivateKey,
        { ...former, encryptionKey: keyPair.publicKey, source: { kind: "commit", parentHash } },
        { groupId, leafIndex: committer },
      ),
    random: systemRandom,
  });
  const encodedContext = group.contextWith(treeHash(suite, own));
  const nodes = encryptPath(suite, own, made, { added: [], encodedContext, random: systemRandom });
  assert(!("badNode" in nodes));
  const path = { leafNode: made.leafNode, nodes };
  const tree = merged(group, committer, path);
  assert.deepEqual(treeHash(suite, tree), treeHash(suite, own));
  for (const leaf of group.leaves) {
    if (leaf.index === committer) continue;
    assert.deepEqual(learn(group, { leaf, tree, committer, path }).commitSecret, made.commitSecret);
    assert(sharedPathSecret(made, leaf.index) !== undefined);
  }
}
