/** Taking an UpdatePath into the tree, RFC 9420 section 7.5: all that needs no secret. */
import { equalBytes } from "@quicprochat/bytes";
import type { Refusal } from "../refusal.ts";
import type { CipherSuite } from "../suite/cipher-suite.ts";
import type { UpdatePath } from "../wire/commit.ts";
import { blankPath } from "./evolve.ts";
import { KeyIndex } from "./key-index.ts";
import { leafNodeIndex } from "./math.ts";
import { parentHashOf } from "./parent-hash.ts";
import { encryptionKeyAt, type RatchetTree } from "./ratchet-tree.ts";
import { filteredDirectPath, type PathStep, resolution } from "./resolution.ts";

type KeyedStep = PathStep & { readonly publicKey: Uint8Array };

const EMPTY = new Uint8Array(0);

/** Sets the parents of a path from the root down; returns the parent hash of the leaf. */
export function setPath(suite: CipherSuite, tree: RatchetTree, steps: readonly KeyedStep[]): Uint8Array {
  let parentHash: Uint8Array = EMPTY;
  for (const { node, copath, publicKey } of steps.toReversed()) {
    const content = { encryptionKey: publicKey, parentHash, unmergedLeaves: [] };
    tree.setParent(node, content);
    parentHash = parentHashOf(suite, tree, content, copath);
  }
  return parentHash;
}

type Merging = {
  readonly leafIndex: number;
  readonly path: UpdatePath;
  /** Leaf indices that the same commit adds. */
  readonly added: readonly number[];
};

/** Changes the tree, unless the path does not fit. */
export function mergePath(
  suite: CipherSuite,
  tree: RatchetTree,
  { leafIndex, path, added }: Merging,
): Refusal | undefined {
  const filtered = filteredDirectPath(tree, leafIndex);
  const steps = fit(suite, tree, filtered, { path, added });
  if (steps === undefined) return { code: "path-shape", leafIndex };
  blankPath(tree, leafIndex);
  if (reusesKey(tree, leafIndex, path)) return { code: "duplicate-encryption-key", leafIndex };
  const parentHash = setPath(suite, tree, steps);
  const { source } = path.leafNode;
  if (source.kind !== "commit" || !equalBytes(source.parentHash, parentHash)) {
    return { code: "path-parent-hash", leafIndex };
  }
  tree.setLeaf(leafIndex, path.leafNode);
  return undefined;
}

/** One node for each step, and in each one ciphertext for each key below its copath. */
function fit(
  suite: CipherSuite,
  tree: RatchetTree,
  filtered: readonly PathStep[],
  { path, added }: Omit<Merging, "leafIndex">,
): KeyedStep[] | undefined {
  if (filtered.length !== path.nodes.length) return undefined;
  const excluded = new Set(added.map(leafNodeIndex));
  const steps: KeyedStep[] = [];
  for (const [at, node] of path.nodes.entries()) {
    const step = filtered[at];
    if (step === undefined || !suite.isPublicKey(node.encryptionKey)) return undefined;
    const recipients = resolution(tree, step.copath).filter((recipient) => !excluded.has(recipient));
    if (recipients.length !== node.encryptedPathSecrets.length) return undefined;
    steps.push({ ...step, publicKey: node.encryptionKey });
  }
  return steps;
}

/** Section 12.4.2: no key of the path is one of the tree, nor there twice. The former leaf is compared elsewhere. */
function reusesKey(tree: RatchetTree, leafIndex: number, path: UpdatePath): boolean {
  const fresh = new KeyIndex<number>();
  for (const [at, key] of [path.leafNode, ...path.nodes].map(({ encryptionKey }) => encryptionKey).entries()) {
    if (fresh.ownersOf(key).length > 0) return true;
    fresh.add(key, at);
  }
  const own = leafNodeIndex(leafIndex);
  for (let node = 0; node < tree.width; node++) {
    const key = node === own ? undefined : encryptionKeyAt(tree, node);
    if (key !== undefined && fresh.ownersOf(key).length > 0) return true;
  }
  return false;
}
