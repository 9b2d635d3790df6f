/** Proposal list validation, RFC 9420 section 12.2: what a commit's proposals may be together. */
import { toHex } from "@quicprochat/bytes";
import type { Refusal } from "../refusal.ts";
import { writePreSharedKeyId } from "../wire/pre-shared-key-id.ts";
import { encode } from "../wire/presentation.ts";
import type { Proposal } from "../wire/proposal.ts";
import type { AppliedProposal } from "./outcome.ts";

type ProposalOf<Kind extends Proposal["kind"]> = Extract<Proposal, { kind: Kind }>;

export function ofKind<Kind extends Proposal["kind"]>(
  proposals: readonly AppliedProposal[],
  kind: Kind,
): (AppliedProposal & { readonly proposal: ProposalOf<Kind> })[] {
  return proposals.filter(
    (applied): applied is AppliedProposal & { readonly proposal: ProposalOf<Kind> } => applied.proposal.kind === kind,
  );
}

/** A commit by a member. */
export function checkRegularList(proposals: readonly AppliedProposal[], committer: number): Refusal | undefined {
  if (ofKind(proposals, "external-init").length > 0) return { code: "external-init-in-regular-commit" };
  return (
    checkTouchedLeaves(proposals, committer) ??
    checkPskIds(proposals) ??
    (ofKind(proposals, "group-context-extensions").length > 1 ? { code: "context-extensions-twice" } : undefined) ??
    (ofKind(proposals, "reinit").length > 0 && proposals.length > 1 ? { code: "reinit-not-alone" } : undefined)
  );
}

/** A commit by a joiner; whether the leaf it removes is its own is judged where the leaf is known. */
export function checkExternalList(proposals: readonly AppliedProposal[]): Refusal | undefined {
  if (ofKind(proposals, "external-init").length !== 1) return { code: "external-init-count" };
  const counted = 1 + Math.min(ofKind(proposals, "remove").length, 1) + ofKind(proposals, "psk").length;
  if (counted !== proposals.length) return { code: "external-commit-proposal" };
  return checkPskIds(proposals);
}

/** Section 12.4: whether the commit must have an UpdatePath. */
export const needsPath = (proposals: readonly AppliedProposal[]): boolean =>
  proposals.length === 0 ||
  proposals.some(({ proposal }) => proposal.kind !== "add" && proposal.kind !== "psk" && proposal.kind !== "reinit");

function checkTouchedLeaves(proposals: readonly AppliedProposal[], committer: number): Refusal | undefined {
  const touched = new Set<number>();
  for (const { proposal, sender } of proposals) {
    if (proposal.kind !== "update" && proposal.kind !== "remove") continue;
    if (proposal.kind === "update" && sender.kind !== "member") return { code: "update-not-by-member" };
    const leafIndex = proposal.kind === "remove" ? proposal.removed : sender.kind === "member" ? sender.leafIndex : -1;
    if (leafIndex === committer) {
      return { code: proposal.kind === "remove" ? "remove-committer" : "update-by-committer", leafIndex };
    }
    if (touched.has(leafIndex)) return { code: "leaf-changed-twice", leafIndex };
    touched.add(leafIndex);
  }
  return undefined;
}

function checkPskIds(proposals: readonly AppliedProposal[]): Refusal | undefined {
  const ids = ofKind(proposals, "psk").map(({ proposal }) => toHex(encode(writePreSharedKeyId, proposal.id)));
  return new Set(ids).size === ids.length ? undefined : { code: "psk-twice" };
}
