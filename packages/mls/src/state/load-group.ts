/** A state from its stored parts: what was changed, exchanged or left out is refused. */
import { DecodeError, equalBytes } from "@quicprochat/bytes";
import { type EpochMessages, GroupState, type PastEpoch, type PendingProposal } from "../group/group-state.ts";
import { encodeContext } from "../group/next-epoch.ts";
import type { Shard } from "../keys/secret-tree.ts";
import { interimTranscriptHash } from "../keys/transcript-hash.ts";
import { limits } from "../limits.ts";
import type { CipherSuiteProvider } from "../suite/cipher-suite.ts";
import { nativeSuites } from "../suite/native-suites.ts";
import { nodeWidth } from "../tree/math.ts";
import { RatchetTree } from "../tree/ratchet-tree.ts";
import { treeHash } from "../tree/tree-hash.ts";
import { readTreeNode, type TreeNode } from "../wire/node.ts";
import { decode } from "../wire/presentation.ts";
import { readEpoch, readShard, type StoredEpoch } from "./epoch-codec.ts";
import { readGroup, readPending, type StoredGroup, type StoredProposal } from "./group-codec.ts";
import { parsePartName } from "./part-name.ts";
import type { SavedPart } from "./save-group.ts";
import { openPart } from "./seal-part.ts";

export type LoadOptions = { readonly key: Uint8Array; readonly suites?: CipherSuiteProvider };

export type Loaded =
  | { readonly kind: "loaded"; readonly state: GroupState }
  | { readonly kind: "refused"; readonly code: "corrupt" | "incomplete" | "unsupported-suite" };

/** In any order. Never throws, whatever the parts. */
export function loadGroup(parts: readonly SavedPart[], { key, suites = nativeSuites }: LoadOptions): Loaded {
  try {
    return load(parts, { key, suites });
  } catch (error) {
    if (error instanceof DecodeError) return { kind: "refused", code: "corrupt" };
    throw error;
  }
}

function load(parts: readonly SavedPart[], { key, suites }: Required<LoadOptions>): Loaded {
  const groupPart = parts.find(({ name }) => name === "group");
  if (groupPart === undefined) return { kind: "refused", code: "incomplete" };
  const group = decode(readGroup, openOrThrow(groupPart, key, new Uint8Array(0)));
  const suite = suites(group.context.cipherSuite);
  if (suite === undefined) return { kind: "refused", code: "unsupported-suite" };
  const pieces = collect(parts, key, group);
  const tree = RatchetTree.of(pieces.nodes);
  if (!equalBytes(treeHash(suite, tree), group.context.treeHash)) return { kind: "refused", code: "incomplete" };
  const epochs = [...pieces.epochs.values()].sort((one, other) => (one.epoch < other.epoch ? -1 : 1));
  if (!isWhole(epochs, pieces.shards)) return { kind: "refused", code: "incomplete" };
  const current = epochs.pop();
  if (current?.epoch !== group.context.epoch) return { kind: "refused", code: "incomplete" };
  const { width: _, ...stored } = group;
  const proposals = pieces.proposals.sort((one, other) => one.order - other.order);
  const state = new GroupState({
    ...stored,
    suite,
    encodedContext: encodeContext(group.context),
    tree,
    interimTranscriptHash: interimTranscriptHash(suite, group.context.confirmedTranscriptHash, group.confirmationTag),
    messages: messagesOf(current, pieces.shards),
    pastEpochs: epochs.map((epoch) => pastEpochOf(epoch, pieces.shards)),
    proposals: new Map(proposals.map(({ name, order: __, ...pending }) => [name, pending satisfies PendingProposal])),
  });
  return { kind: "loaded", state };
}

type Pieces = {
  readonly nodes: (TreeNode | undefined)[];
  readonly epochs: Map<bigint, StoredEpoch>;
  /** By epoch, then by shard. */
  readonly shards: Map<bigint, Map<number, Shard>>;
  readonly proposals: (StoredProposal & { readonly name: string })[];
};

function collect(parts: readonly SavedPart[], key: Uint8Array, { context, width }: StoredGroup): Pieces {
  if (width > nodeWidth(limits.leavesMax)) throw new DecodeError("too-long");
  const pieces: Pieces = {
    nodes: Array.from({ length: width }, () => undefined),
    epochs: new Map(),
    shards: new Map(),
    proposals: [],
  };
  for (const saved of parts) if (saved.name !== "group") take(pieces, saved, openOrThrow(saved, key, context.groupId));
  return pieces;
}

function take(pieces: Pieces, { name }: SavedPart, bytes: Uint8Array): void {
  const part = parsePartName(name);
  switch (part.kind) {
    case "group":
      return;
    case "node":
      if (part.index >= pieces.nodes.length) throw new DecodeError("unknown-part");
      pieces.nodes[part.index] = decode(readTreeNode, bytes);
      return;
    case "epoch":
      pieces.epochs.set(part.epoch, decode(readEpoch, bytes));
      return;
    case "shard": {
      const shards = pieces.shards.get(part.epoch) ?? new Map<number, Shard>();
      pieces.shards.set(part.epoch, shards.set(part.shard, decode(readShard, bytes)));
      return;
    }
    case "proposal":
      pieces.proposals.push({ ...decode(readPending, bytes), name: part.reference });
  }
}

/** Epochs follow each other, and have the shards that they name; there are no others. */
function isWhole(epochs: readonly StoredEpoch[], shards: Pieces["shards"]): boolean {
  const known = new Set(epochs.map(({ epoch }) => epoch));
  const complete = epochs.every((each, at) => {
    const before = epochs[at - 1];
    const found = new Set(shards.get(each.epoch)?.keys());
    const named = new Set(each.shards);
    return (before === undefined || before.epoch + 1n === each.epoch) && named.symmetricDifference(found).size === 0;
  });
  return complete && known.isSupersetOf(shards);
}

function messagesOf(stored: StoredEpoch, shards: Pieces["shards"]): EpochMessages {
  const { epoch, encodedContext, senderDataSecret, leafCount, upper } = stored;
  const secretTree = { leafCount, upper, shards: shards.get(epoch) ?? new Map<number, Shard>() };
  return { epoch, encodedContext, senderDataSecret, secretTree };
}

function pastEpochOf(stored: StoredEpoch, shards: Pieces["shards"]): PastEpoch {
  if (stored.formerSigners === undefined) throw new DecodeError("unknown-part");
  return { messages: messagesOf(stored, shards), formerSigners: stored.formerSigners };
}

function openOrThrow({ name, bytes }: SavedPart, key: Uint8Array, groupId: Uint8Array): Uint8Array {
  const opened = openPart({ key, name, groupId }, bytes);
  if (opened === undefined) throw new DecodeError("not-authentic");
  return opened;
}
