/** Keeping a proposal until a commit names it, RFC 9420 section 12.1. */
import { toHex } from "@quicprochat/bytes";
import { limits } from "../limits.ts";
import { changesBetween } from "../state/changes.ts";
import { makeProposalRef } from "../suite/references.ts";
import type { AuthenticatedContent } from "../wire/framed-content.ts";
import type { Proposal } from "../wire/proposal.ts";
import type { GroupState } from "./group-state.ts";
import type { Processed } from "./outcome.ts";
import { validateProposal } from "./validate-proposal.ts";

/** One that is invalid by itself is not kept: no commit with it could be valid. */
export function processProposal(
  state: GroupState,
  authenticated: AuthenticatedContent,
  proposal: Proposal,
  now: bigint | undefined,
): Processed {
  const { suite, context, tree, proposals } = state.fields;
  const { sender, authenticatedData } = authenticated.framed;
  const group = { suite, context, tree, now, beginning: undefined };
  const refusal = validateProposal(group, { proposal, sender });
  if (refusal !== undefined) return { kind: "refused", phase: "public", refusal };
  const reference = makeProposalRef(suite, authenticated);
  const name = toHex(reference);
  if (proposals.has(name)) return { kind: "already-processed" };
  if (proposals.size >= limits.pendingProposalsMax) {
    return { kind: "refused", phase: "public", refusal: { code: "too-many-proposals" } };
  }
  const pending = { reference, proposal, sender, ownLeaf: undefined };
  const next = state.with({ proposals: new Map(proposals).set(name, pending) });
  return {
    kind: "proposal",
    proposal,
    sender,
    reference,
    authenticatedData,
    state: next,
    changed: changesBetween(state, next),
  };
}
