/** Applying a proposal list to the tree and the GroupContext, RFC 9420 section 12.3. */
import { limits } from "../limits.ts";
import type { Refusal } from "../refusal.ts";
import { addLeaf, removeLeaf, updateLeaf } from "../tree/evolve.ts";
import type { RatchetTree } from "../tree/ratchet-tree.ts";
import type { Extension } from "../wire/extension.ts";
import type { PreSharedKeyId } from "../wire/pre-shared-key-id.ts";
import type { ReInit } from "../wire/proposal.ts";
import type { AppliedProposal } from "./outcome.ts";
import { ofKind } from "./proposal-list.ts";

export type AppliedList = {
  /** A new tree, which the caller may go on to change. */
  readonly tree: RatchetTree;
  readonly extensions: readonly Extension[];
  readonly extensionsChanged: boolean;
  readonly added: readonly number[];
  readonly removed: readonly number[];
  readonly updated: readonly number[];
  readonly psks: readonly PreSharedKeyId[];
  readonly kemOutput: Uint8Array | undefined;
  readonly reinit: ReInit | undefined;
};

type Before = { readonly tree: RatchetTree; readonly extensions: readonly Extension[] };

/** The proposals are valid, alone and together. */
export function applyProposals(before: Before, proposals: readonly AppliedProposal[]): AppliedList | Refusal {
  const tree = before.tree.copy();
  const [contextExtensions] = ofKind(proposals, "group-context-extensions");
  const updated: number[] = [];
  for (const { proposal, sender } of ofKind(proposals, "update")) {
    if (sender.kind !== "member") continue;
    updateLeaf(tree, sender.leafIndex, proposal.leafNode);
    updated.push(sender.leafIndex);
  }
  const removed = ofKind(proposals, "remove").map(({ proposal }) => proposal.removed);
  for (const leafIndex of removed) removeLeaf(tree, leafIndex);
  if (removed.length > 0) tree.truncate();
  const added: number[] = [];
  for (const { proposal } of ofKind(proposals, "add")) {
    const from = (added.at(-1) ?? -1) + 1;
    added.push(addLeaf(tree, proposal.keyPackage.leafNode, from));
    if (tree.leafCount > limits.leavesMax) return { code: "tree-too-large" };
  }
  return {
    tree,
    extensions: contextExtensions?.proposal.extensions ?? before.extensions,
    extensionsChanged: contextExtensions !== undefined,
    added,
    removed,
    updated,
    psks: ofKind(proposals, "psk").map(({ proposal }) => proposal.id),
    kemOutput: ofKind(proposals, "external-init")[0]?.proposal.kemOutput,
    reinit: ofKind(proposals, "reinit")[0]?.proposal.reinit,
  };
}
