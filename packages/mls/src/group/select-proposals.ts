/** Which of the waiting proposals a committer takes when the caller does not say: RFC 9420 sections 12.2 and 12.4. */
import { toHex } from "@quicprochat/bytes";
import { writePreSharedKeyId } from "../wire/pre-shared-key-id.ts";
import { encode } from "../wire/presentation.ts";
import type { Proposal } from "../wire/proposal.ts";
import type { PendingProposal } from "./group-state.ts";
import { type CommitBase, checkNewMembers, planCommit } from "./plan-commit.ts";

/**
 * All that go together with the proposals by value and with each other: a Remove before an Update, the latest Update
 * of a leaf, none of the committer's own, and a ReInit only when it is alone.
 */
export function selectProposals(
  pending: readonly PendingProposal[],
  byValue: readonly Proposal[],
  committer: number,
): PendingProposal[] {
  const taken = new Set<string>();
  for (const proposal of byValue) for (const claim of claimsOf(proposal, undefined)) taken.add(claim);
  const chosen = new Set<PendingProposal>();
  // Removes first, and the latest first: what comes later in this order yields.
  for (const wanted of [...pending].reverse().sort((one, other) => rank(one) - rank(other))) {
    const leafIndex = wanted.sender.kind === "member" ? wanted.sender.leafIndex : undefined;
    const claims = claimsOf(wanted.proposal, leafIndex);
    if (concernsCommitter(wanted, committer) || claims.some((claim) => taken.has(claim))) continue;
    if (wanted.proposal.kind === "reinit" && byValue.length + chosen.size > 0) continue;
    if (byValue.some(({ kind }) => kind === "reinit")) continue;
    for (const claim of claims) taken.add(claim);
    chosen.add(wanted);
  }
  return pending.filter((each) => chosen.has(each));
}

/** Those that could be committed by themselves: for the case that some of those chosen cannot. */
export const validAlone = (
  base: CommitBase,
  pending: readonly PendingProposal[],
  committer: number,
): PendingProposal[] =>
  pending.filter((each) => {
    const planned = planCommit(base, [each], committer);
    return planned.kind === "plan" && checkNewMembers(planned.plan, false) === undefined;
  });

const rank = ({ proposal }: PendingProposal): number =>
  proposal.kind === "remove" ? 0 : proposal.kind === "reinit" ? 2 : 1;

function concernsCommitter({ proposal, sender }: PendingProposal, committer: number): boolean {
  if (proposal.kind === "update") return sender.kind === "member" && sender.leafIndex === committer;
  return proposal.kind === "remove" && proposal.removed === committer;
}

/** What only one proposal of a list may speak for. */
function claimsOf(proposal: Proposal, sender: number | undefined): string[] {
  switch (proposal.kind) {
    case "add":
      return [`client ${toHex(proposal.keyPackage.leafNode.signatureKey)}`];
    case "update":
      return [`leaf ${sender}`];
    case "remove":
      return [`leaf ${proposal.removed}`];
    case "psk":
      return [`psk ${toHex(encode(writePreSharedKeyId, proposal.id))}`];
    case "reinit":
      return ["reinit"];
    case "external-init":
      return ["external-init"];
    case "group-context-extensions":
      return ["extensions"];
  }
}
