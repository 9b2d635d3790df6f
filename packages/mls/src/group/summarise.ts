/** What a commit does, for the application to judge and to show. */
import type { LeafNode } from "../wire/leaf-node.ts";
import type { AppliedProposal, CommitSummary } from "./outcome.ts";
import type { CommitBase, CommitPlan } from "./plan-commit.ts";

type Committing = {
  readonly committer: "member" | "joiner";
  readonly proposals: readonly AppliedProposal[];
  readonly leafNode: LeafNode | undefined;
  readonly authenticatedData: Uint8Array;
};

export const summarise = (base: CommitBase, plan: CommitPlan, committing: Committing): CommitSummary => ({
  committer: { kind: committing.committer, leafIndex: plan.committer },
  proposals: committing.proposals,
  added: plan.added,
  removed: plan.removed,
  updated: plan.updated,
  leafNode: committing.leafNode,
  authenticatedData: committing.authenticatedData,
  epoch: base.context.epoch,
});
