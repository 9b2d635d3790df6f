/** Processing a commit, RFC 9420 section 12.4.2: first what all members find alike, then what needs secrets. */
import { equalBytes, toHex } from "@quicprochat/bytes";
import { erase } from "@quicprochat/crypto";
import { decapsulateInitSecret } from "../keys/external-init.ts";
import { derivePskSecret, type PreSharedKey } from "../keys/psk-secret.ts";
import { confirmationTagOf, confirmedTranscriptHash } from "../keys/transcript-hash.ts";
import type { Refusal, RefusalPhase } from "../refusal.ts";
import { changesBetween } from "../state/changes.ts";
import { decryptPath, type LearnedPath } from "../tree/decrypt-path.ts";
import { leafNodeIndex } from "../tree/math.ts";
import { mergePath } from "../tree/merge-path.ts";
import type { Commit } from "../wire/commit.ts";
import type { AuthenticatedContent } from "../wire/framed-content.ts";
import { type GroupFields, GroupState, type OwnLeafKeys } from "./group-state.ts";
import { encodeContext, enterEpoch, followingFields, survivingKeys } from "./next-epoch.ts";
import type { AppliedProposal, CommitSummary, Processed, ProcessOptions } from "./outcome.ts";
import {
  type CommitBase,
  type CommitPlan,
  checkNewMembers,
  checkPathLeaf,
  type Planned,
  planCommit,
  planExternalCommit,
} from "./plan-commit.ts";
import { needsPath } from "./proposal-list.ts";
import { resolvePsks } from "./resolve-psks.ts";
import { provisionalContext } from "./seal-commit.ts";
import { summarise } from "./summarise.ts";

type ReceivedCommit = AuthenticatedContent & { readonly commit: Commit };

/** The message's authenticity is established. */
export function processCommit(state: GroupState, received: ReceivedCommit, options: ProcessOptions): Processed {
  const byReference = received.commit.proposals.some(({ kind }) => kind === "reference");
  // Section 12.4.3.2. Judged first: nobody should wait for a proposal that may not be there.
  if (received.framed.sender.kind !== "member" && byReference) {
    return refuse("public", { code: "external-commit-proposal" });
  }
  const resolved = resolveProposals(state.fields, received);
  if ("missing" in resolved) return { kind: "needs-proposal", references: resolved.missing };
  const { suite, context, tree, ownLeaf } = state.fields;
  const base: CommitBase = { suite, context, tree, now: options.now };
  const planned = plan(base, received, resolved.proposals, options);
  if (planned.kind === "refused") return refuse("public", planned.refusal);
  const refusal = takePath(base, planned.plan, received.commit, resolved.proposals);
  if (refusal !== undefined) return refuse("public", refusal);
  const summary = summarise(base, planned.plan, {
    committer: received.framed.sender.kind === "member" ? "member" : "joiner",
    proposals: resolved.proposals,
    leafNode: received.commit.path?.leafNode,
    authenticatedData: received.framed.authenticatedData,
  });
  const detail = options.authorize?.(summary);
  if (detail !== undefined) return refuse("public", { code: "policy", detail });
  if (planned.plan.removed.includes(ownLeaf)) return { kind: "removed", summary };
  return applyCommit(state, { received, base, plan: planned.plan, summary, options });
}

const refuse = (phase: RefusalPhase, refusal: Refusal): Processed => ({ kind: "refused", phase, refusal });

/** By value, the proposals are the committer's. */
function resolveProposals(
  fields: GroupFields,
  { commit, framed }: ReceivedCommit,
): { readonly proposals: readonly AppliedProposal[] } | { readonly missing: readonly Uint8Array[] } {
  const proposals: AppliedProposal[] = [];
  const missing: Uint8Array[] = [];
  for (const listed of commit.proposals) {
    if (listed.kind === "proposal") {
      proposals.push({ proposal: listed.proposal, sender: framed.sender });
      continue;
    }
    const pending = fields.proposals.get(toHex(listed.reference));
    if (pending === undefined) missing.push(listed.reference);
    else proposals.push({ proposal: pending.proposal, sender: pending.sender });
  }
  return missing.length > 0 ? { missing } : { proposals };
}

function plan(
  base: CommitBase,
  { commit, framed }: ReceivedCommit,
  proposals: readonly AppliedProposal[],
  { sameClient }: ProcessOptions,
): Planned {
  if (framed.sender.kind === "member") return planCommit(base, proposals, framed.sender.leafIndex);
  const leafNode = commit.path?.leafNode;
  if (leafNode === undefined) return { kind: "refused", refusal: { code: "path-required" } };
  return planExternalCommit(base, proposals, { leafNode, sameClient });
}

/** Puts the UpdatePath's public half into the plan's tree. */
function takePath(
  base: CommitBase,
  commitPlan: CommitPlan,
  { path }: Commit,
  proposals: readonly AppliedProposal[],
): Refusal | undefined {
  if (path === undefined) {
    return needsPath(proposals) ? { code: "path-required" } : checkNewMembers(commitPlan, false);
  }
  const { tree, committer: leafIndex, added } = commitPlan;
  return (
    checkPathLeaf(base, commitPlan, path.leafNode) ??
    mergePath(base.suite, tree, { leafIndex, path, added }) ??
    checkNewMembers(commitPlan, true)
  );
}

type Applying = {
  readonly received: ReceivedCommit;
  readonly base: CommitBase;
  readonly plan: CommitPlan;
  readonly summary: CommitSummary;
  readonly options: ProcessOptions;
};

function applyCommit(state: GroupState, applying: Applying): Processed {
  const { fields } = state;
  const { suite } = fields;
  const { received, base, plan: commitPlan, options, summary } = applying;
  const initSecret = initSecretOf(fields, commitPlan);
  if (initSecret === undefined) return refuse("public", { code: "external-init-malformed" });
  const psks = resolvePsks(
    { groups: [{ ...fields, groupId: fields.context.groupId }], store: options.psks },
    commitPlan.psks,
  );
  if (psks === undefined) return refuse("secret", { code: "psk-missing" });
  const provisional = provisionalContext(base, commitPlan);
  const own = ownUpdate(fields, received.commit, commitPlan);
  const learned = learnPath(fields, applying, encodeContext(provisional), own);
  if (learned.kind === "refused") return refuse("secret", { code: learned.code });

  const { wireFormat, framed, auth } = received;
  const signed = { wireFormat, framed, signature: auth.signature };
  const confirmed = confirmedTranscriptHash(suite, fields.interimTranscriptHash, signed);
  const context = { ...provisional, confirmedTranscriptHash: confirmed };
  const entry = enter(fields, {
    initSecret,
    commitSecret: learned.commitSecret,
    psks,
    encodedContext: encodeContext(context),
  });
  const confirmationTag = confirmationTagOf(suite, entry.confirmationKey, confirmed);
  if (auth.confirmationTag === undefined || !equalBytes(confirmationTag, auth.confirmationTag)) {
    return refuse("secret", { code: "confirmation-tag" });
  }
  const { tree, reinit } = commitPlan;
  const next = new GroupState(
    followingFields(fields, {
      suite,
      context,
      tree,
      entry,
      confirmationTag,
      ownLeaf: fields.ownLeaf,
      signaturePrivateKey: own?.signaturePrivateKey ?? fields.signaturePrivateKey,
      privateKeys: survivingKeys(fields, tree, learned.privateKeys),
      reinit,
    }),
  );
  return { kind: "commit", summary, state: next, changed: changesBetween(state, next) };
}

/** Of an external commit it is the one that its ExternalInit carries; the members' own is left where it is. */
const initSecretOf = ({ suite, secrets }: GroupFields, { kemOutput }: CommitPlan): Uint8Array | undefined =>
  kemOutput === undefined
    ? secrets.initSecret.slice()
    : decapsulateInitSecret(suite, secrets.externalSecret, kemOutput);

/** The private keys of an own Update that the commit applies. */
function ownUpdate(fields: GroupFields, commit: Commit, { updated }: CommitPlan): OwnLeafKeys | undefined {
  if (!updated.includes(fields.ownLeaf)) return undefined;
  for (const listed of commit.proposals) {
    const pending = listed.kind === "reference" ? fields.proposals.get(toHex(listed.reference)) : undefined;
    if (pending?.ownLeaf !== undefined) return pending.ownLeaf;
  }
  return undefined;
}

function learnPath(
  fields: GroupFields,
  { received, plan: commitPlan }: Applying,
  encodedContext: Uint8Array,
  own: OwnLeafKeys | undefined,
): LearnedPath {
  const { suite, ownLeaf } = fields;
  const { tree, committer, added } = commitPlan;
  const ownKeys =
    own === undefined ? new Map<number, Uint8Array>() : new Map([[leafNodeIndex(ownLeaf), own.encryptionPrivateKey]]);
  const privateKeys = survivingKeys(fields, tree, ownKeys);
  const { path } = received.commit;
  if (path === undefined) return { kind: "learned", privateKeys, commitSecret: new Uint8Array(suite.hashBytes) };
  const learned = decryptPath(suite, tree, { committer, ownLeaf, path, added, encodedContext, privateKeys });
  if (learned.kind === "refused") return learned;
  return { ...learned, privateKeys: new Map([...privateKeys, ...learned.privateKeys]) };
}

type Secrets = {
  readonly initSecret: Uint8Array;
  readonly commitSecret: Uint8Array;
  readonly psks: readonly PreSharedKey[];
  readonly encodedContext: Uint8Array;
};

function enter({ suite }: GroupFields, { initSecret, commitSecret, psks, encodedContext }: Secrets) {
  const pskSecret = derivePskSecret(suite, psks);
  const { joinerSecret, entry } = enterEpoch(suite, { initSecret, commitSecret, pskSecret, encodedContext });
  erase(initSecret, commitSecret, pskSecret, joinerSecret);
  return entry;
}
