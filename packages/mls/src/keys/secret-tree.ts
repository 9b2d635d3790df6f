/** The secret tree, RFC 9420 section 9: one secret per leaf, derived when the leaf first speaks, and its parents forgotten. */
import assert from "node:assert/strict";
import { toUtf8 } from "@quicprochat/bytes";
import { erase } from "@quicprochat/crypto";
import type { CipherSuite } from "../suite/cipher-suite.ts";
import { expandWithLabel } from "../suite/labels.ts";
import { isBelow, leafNodeIndex, left, level, parent, right, root } from "../tree/math.ts";
import { keyOfGeneration, newRatchet, nextKey, type Ratchet, type RatchetStep } from "./ratchet.ts";

export type RatchetKind = "handshake" | "application";

export type LeafRatchets = Readonly<Record<RatchetKind, Ratchet>>;

/** The ratchets of `SHARD_LEAVES` leaves, and the secrets below their common ancestor: a message changes one shard. */
export type Shard = {
  /** By node index. */
  readonly nodes: ReadonlyMap<number, Uint8Array>;
  /** By leaf index. */
  readonly leaves: ReadonlyMap<number, LeafRatchets>;
};

export type SecretTree = {
  readonly leafCount: number;
  /** Secrets above the shards, by node index. */
  readonly upper: ReadonlyMap<number, Uint8Array>;
  /** By leaf index divided by `SHARD_LEAVES`. */
  readonly shards: ReadonlyMap<number, Shard>;
};

const SHARD_LEVEL = 5;
const SHARD_LEAVES = 1 << SHARD_LEVEL;

export const shardOf = (leafIndex: number): number => leafIndex >>> SHARD_LEVEL;

export function newSecretTree(leafCount: number, encryptionSecret: Uint8Array): SecretTree {
  const top = new Map([[root(leafCount), encryptionSecret]]);
  if (leafCount > SHARD_LEAVES) return { leafCount, upper: top, shards: new Map() };
  return { leafCount, upper: new Map(), shards: new Map([[0, { nodes: top, leaves: new Map() }]]) };
}

type Wanted = {
  readonly leafIndex: number;
  readonly kind: RatchetKind;
  /** `undefined`: the next one. */
  readonly generation: number | undefined;
};

/** As a ratchet's step, with the whole tree after it. */
export type SecretTreeStep =
  | Exclude<RatchetStep, { kind: "key" }>
  | (Omit<Extract<RatchetStep, { kind: "key" }>, "ratchet"> & { readonly tree: SecretTree });

/** `leafIndex` is one of the tree. */
export function messageKeyOf(suite: CipherSuite, tree: SecretTree, wanted: Wanted): SecretTreeStep {
  const opened = openLeaf(suite, tree, wanted.leafIndex);
  const ratchet = opened.ratchets[wanted.kind];
  const step =
    wanted.generation === undefined ? nextKey(suite, ratchet) : keyOfGeneration(suite, ratchet, wanted.generation);
  if (step.kind !== "key") return step;
  const { generation, messageKey } = step;
  const ratchets = { ...opened.ratchets, [wanted.kind]: step.ratchet };
  return { kind: "key", generation, messageKey, tree: withRatchets(opened.tree, wanted.leafIndex, ratchets) };
}

function openLeaf(
  suite: CipherSuite,
  tree: SecretTree,
  leafIndex: number,
): { readonly tree: SecretTree; readonly ratchets: LeafRatchets } {
  const known = tree.shards.get(shardOf(leafIndex))?.leaves.get(leafIndex);
  if (known !== undefined) return { tree, ratchets: known };
  const draft = draftOf(tree, shardOf(leafIndex));
  const leaf = leafNodeIndex(leafIndex);
  let at = knownAncestor(draft, leaf, root(tree.leafCount));
  let secret = take(draft, at);
  const owned: Uint8Array[] = [];
  while (at !== leaf) {
    const [towards, away] = isBelow(leaf, left(at)) ? [left(at), right(at)] : [right(at), left(at)];
    const side = { left: child(suite, secret, "left"), right: child(suite, secret, "right") };
    put(draft, away, away < at ? side.left : side.right);
    secret = towards < at ? side.left : side.right;
    owned.push(secret);
    at = towards;
  }
  const start = (label: RatchetKind): Ratchet =>
    newRatchet(expandWithLabel(suite, { secret, label, context: EMPTY, length: suite.hashBytes }));
  const ratchets = { handshake: start("handshake"), application: start("application") };
  erase(...owned);
  return { tree: finish(tree, draft), ratchets };
}

const EMPTY = new Uint8Array(0);
const sides = { left: toUtf8("left"), right: toUtf8("right") } as const;

const child = (suite: CipherSuite, secret: Uint8Array, side: keyof typeof sides): Uint8Array =>
  expandWithLabel(suite, { secret, label: "tree", context: sides[side], length: suite.hashBytes });

type Draft = {
  readonly shard: number;
  readonly upper: Map<number, Uint8Array>;
  readonly nodes: Map<number, Uint8Array>;
  upperChanged: boolean;
};

function draftOf(tree: SecretTree, shard: number): Draft {
  return {
    shard,
    upper: new Map(tree.upper),
    nodes: new Map(tree.shards.get(shard)?.nodes),
    upperChanged: false,
  };
}

function knownAncestor(draft: Draft, leaf: number, top: number): number {
  let at = leaf;
  while (at !== top && !draft.nodes.has(at) && !draft.upper.has(at)) at = parent(at);
  return at;
}

/** The nodes above all opened leaves are known: exactly one ancestor of a leaf that was not opened is. */
function take(draft: Draft, node: number): Uint8Array {
  const inner = draft.nodes.get(node);
  const secret = inner ?? draft.upper.get(node);
  assert(secret !== undefined);
  if (inner === undefined) draft.upperChanged = true;
  (inner === undefined ? draft.upper : draft.nodes).delete(node);
  return secret;
}

function put(draft: Draft, node: number, secret: Uint8Array): void {
  const inShard = level(node) <= SHARD_LEVEL && shardOf(node >>> 1) === draft.shard;
  if (!inShard) draft.upperChanged = true;
  (inShard ? draft.nodes : draft.upper).set(node, secret);
}

function finish(tree: SecretTree, { shard, upper, nodes, upperChanged }: Draft): SecretTree {
  const leaves = tree.shards.get(shard)?.leaves ?? new Map<number, LeafRatchets>();
  const shards = new Map(tree.shards).set(shard, { nodes, leaves });
  return { leafCount: tree.leafCount, upper: upperChanged ? upper : tree.upper, shards };
}

function withRatchets(tree: SecretTree, leafIndex: number, ratchets: LeafRatchets): SecretTree {
  const index = shardOf(leafIndex);
  const shard = tree.shards.get(index);
  const leaves = new Map(shard?.leaves).set(leafIndex, ratchets);
  const shards = new Map(tree.shards).set(index, { nodes: shard?.nodes ?? new Map<number, Uint8Array>(), leaves });
  return { ...tree, shards };
}
