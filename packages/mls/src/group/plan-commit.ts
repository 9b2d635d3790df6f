/** What a commit will do, judged before any secret is touched: RFC 9420 sections 12.2 and 12.3, for its maker and its readers. */
import { equalBytes } from "@quicprochat/bytes";
import { validateLeafNode } from "../leaf/validate-leaf-node.ts";
import { validateMembers } from "../leaf/validate-members.ts";
import type { Refusal } from "../refusal.ts";
import type { CipherSuite } from "../suite/cipher-suite.ts";
import { reserveLeaf } from "../tree/evolve.ts";
import type { RatchetTree } from "../tree/ratchet-tree.ts";
import { writeCredential } from "../wire/credential.ts";
import type { GroupContext } from "../wire/group-context.ts";
import type { LeafNode } from "../wire/leaf-node.ts";
import { encode } from "../wire/presentation.ts";
import { type AppliedList, applyProposals } from "./apply-proposals.ts";
import type { AppliedProposal, SameClient } from "./outcome.ts";
import { checkExternalList, checkRegularList } from "./proposal-list.ts";
import { unlessMalformed } from "./unless-malformed.ts";
import { validateProposal } from "./validate-proposal.ts";

/** The epoch that the commit ends. */
export type CommitBase = {
  readonly suite: CipherSuite;
  readonly context: GroupContext;
  readonly tree: RatchetTree;
  /** Seconds since 1970; `undefined`: lifetimes are not judged. */
  readonly now: bigint | undefined;
  readonly beginning?: "reinit" | "branch" | undefined;
};

export type CommitPlan = AppliedList & {
  /** In the new tree. */
  readonly committer: number;
  /** The leaf node that the committer's replaces: for a resync, the removed one. */
  readonly formerLeaf: LeafNode | undefined;
};

export type Planned =
  | { readonly kind: "plan"; readonly plan: CommitPlan }
  | { readonly kind: "refused"; readonly refusal: Refusal };

/** `committer` is a member's leaf index. */
export function planCommit(base: CommitBase, proposals: readonly AppliedProposal[], committer: number): Planned {
  const refusal = checkEach(base, proposals) ?? checkRegularList(proposals, committer);
  if (refusal !== undefined) return { kind: "refused", refusal };
  const applied = applyProposals({ tree: base.tree, extensions: base.context.extensions }, proposals);
  if ("code" in applied) return { kind: "refused", refusal: applied };
  return { kind: "plan", plan: { ...applied, committer, formerLeaf: base.tree.leaf(committer) } };
}

/** A joiner takes the leftmost blank leaf; it may remove nobody but its own former self. */
export function planExternalCommit(
  base: CommitBase,
  proposals: readonly AppliedProposal[],
  joiner: { readonly leafNode: LeafNode; readonly sameClient: SameClient | undefined },
): Planned {
  const refusal = checkExternalList(proposals) ?? checkEach(base, proposals);
  if (refusal !== undefined) return { kind: "refused", refusal };
  const applied = applyProposals({ tree: base.tree, extensions: base.context.extensions }, proposals);
  if ("code" in applied) return { kind: "refused", refusal: applied };
  const [removed] = applied.removed;
  const formerLeaf = removed === undefined ? undefined : base.tree.leaf(removed);
  const same = joiner.sameClient ?? sameCredential;
  if (removed !== undefined && formerLeaf !== undefined && !same(formerLeaf, joiner.leafNode)) {
    return { kind: "refused", refusal: { code: "external-commit-removes-other", leafIndex: removed } };
  }
  return { kind: "plan", plan: { ...applied, committer: reserveLeaf(applied.tree), formerLeaf } };
}

const sameCredential: SameClient = (former, joiner) =>
  equalBytes(encode(writeCredential, former.credential), encode(writeCredential, joiner.credential));

function checkEach(base: CommitBase, proposals: readonly AppliedProposal[]): Refusal | undefined {
  const group = { ...base, beginning: base.beginning };
  for (const applied of proposals) {
    const refusal = validateProposal(group, applied);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

/** The leaf node of an UpdatePath, sections 12.4.2 and 7.3. */
export function checkPathLeaf(base: CommitBase, plan: CommitPlan, leafNode: LeafNode): Refusal | undefined {
  const { suite, context, now } = base;
  const leafIndex = plan.committer;
  if (plan.formerLeaf !== undefined && equalBytes(plan.formerLeaf.encryptionKey, leafNode.encryptionKey)) {
    return { code: "path-same-key", leafIndex };
  }
  const position = { groupId: context.groupId, leafIndex };
  const code = validateLeafNode(leafNode, { suite, source: "commit", position, now });
  return code === undefined ? undefined : { code, leafIndex };
}

/** The members of the new tree, once the committer's leaf is in it. */
export function checkNewMembers(plan: CommitPlan, hasPath: boolean): Refusal | undefined {
  const changed = [...plan.added, ...plan.updated, ...(hasPath ? [plan.committer] : [])];
  const checked = unlessMalformed(() => ({
    refusal: validateMembers(plan.tree, plan.extensions, plan.extensionsChanged ? "all" : changed),
  }));
  if (checked === undefined) return { code: "context-extensions-malformed" };
  const { refusal } = checked;
  const twice = refusal?.code === "duplicate-signature-key" && plan.added.includes(refusal.leafIndex ?? -1);
  return twice ? { ...refusal, code: "add-member-twice" } : refusal;
}
