/** The steps of RFC 9420 section 12.4.1 that members and external joiners share, once the plan is made. */
import { erase, type Random } from "@quicprochat/crypto";
import { signContent } from "../framing/sign-content.ts";
import { derivePskSecret } from "../keys/psk-secret.ts";
import { confirmationTagOf, confirmedTranscriptHash } from "../keys/transcript-hash.ts";
import type { RefusalCode } from "../refusal.ts";
import { changesBetween } from "../state/changes.ts";
import type { KeyPair } from "../suite/cipher-suite.ts";
import { type CreatedPath, createPath, encryptPath, erasePathSecrets, sharedPathSecret } from "../tree/create-path.ts";
import { encodeTree } from "../tree/encoding.ts";
import { isLeaf, leafIndexOf } from "../tree/math.ts";
import { treeHash } from "../tree/tree-hash.ts";
import { wireFormat } from "../wire/code-points.ts";
import type { Commit, ProposalOrRef, UpdatePath } from "../wire/commit.ts";
import type { FramedContent } from "../wire/framed-content.ts";
import type { GroupContext } from "../wire/group-context.ts";
import type { LeafNode } from "../wire/leaf-node.ts";
import { encodeMlsMessage } from "../wire/mls-message.ts";
import { makeGroupInfo } from "./group-info.ts";
import { type GroupFields, GroupState } from "./group-state.ts";
import { encodeContext, enterEpoch, firstFields, followingFields, type NewEpoch, survivingKeys } from "./next-epoch.ts";
import { type AppliedProposal, type Committed, type PskStore, type Refused, refused } from "./outcome.ts";
import { type CommitBase, type CommitPlan, checkNewMembers } from "./plan-commit.ts";
import { ofKind } from "./proposal-list.ts";
import { protectContent } from "./protect-content.ts";
import { resolvePsks } from "./resolve-psks.ts";
import { summarise } from "./summarise.ts";
import { makeWelcome } from "./welcome.ts";

type Author =
  | { readonly kind: "member"; readonly fields: GroupFields }
  | {
      readonly kind: "joiner";
      readonly signaturePrivateKey: Uint8Array;
      readonly encodedContext: Uint8Array;
      readonly interimTranscriptHash: Uint8Array;
      /** Of the ExternalInit. */
      readonly initSecret: Uint8Array;
    };

export type Sealing = {
  readonly base: CommitBase;
  readonly plan: CommitPlan;
  readonly applied: readonly AppliedProposal[];
  readonly listed: readonly ProposalOrRef[];
  readonly author: Author;
  /** Of a commit with an UpdatePath: the committer's leaf node for a key pair and a parent hash. */
  readonly leaf: ((keyPair: KeyPair) => (parentHash: Uint8Array) => LeafNode) | undefined;
  readonly newSignaturePrivateKey: Uint8Array | undefined;
  readonly psks: PskStore | undefined;
  readonly wire: "public" | "private";
  readonly welcomeTree: "inline" | "apart";
  readonly authenticatedData: Uint8Array;
  readonly paddingBytes: number;
  readonly random: Random;
};

/** Changes the plan's tree. */
export function sealCommit(sealing: Sealing): Committed | Refused {
  const { base, plan, author } = sealing;
  const groups = author.kind === "member" ? [{ ...author.fields, groupId: base.context.groupId }] : [];
  const psks = resolvePsks({ groups, store: sealing.psks }, plan.psks);
  if (psks === undefined) return refused("psk-missing");
  const path = sealing.leaf && makePath(sealing, sealing.leaf);
  const unfit = checkNewMembers(plan, path !== undefined);
  if (unfit !== undefined) return { kind: "refused", refusal: unfit };
  const provisional = provisionalContext(base, plan);
  const updatePath = path && sealPath(sealing, path, provisional);
  if (updatePath !== undefined && "badNode" in updatePath) {
    return refusedAt("bad-encryption-key", isLeaf(updatePath.badNode) ? leafIndexOf(updatePath.badNode) : undefined);
  }
  const pskSecret = derivePskSecret(base.suite, psks);
  const made = confirm(sealing, { provisional, path, updatePath, pskSecret });
  const welcome = welcomeJoiners(sealing, made.next, { path, joinerSecret: made.joinerSecret, pskSecret });
  erase(pskSecret, made.joinerSecret, path?.commitSecret ?? EMPTY);
  if (path !== undefined) erasePathSecrets(path);
  if (welcome !== undefined && "badJoiner" in welcome) {
    return refusedAt("key-package-init-key", plan.added[welcome.badJoiner]);
  }
  return outcome(sealing, { ...made, welcome, leafNode: path?.leafNode });
}

const EMPTY = new Uint8Array(0);

const refusedAt = (code: RefusalCode, leafIndex: number | undefined): Refused =>
  refused(code, leafIndex === undefined ? {} : { leafIndex });

type Confirming = {
  readonly provisional: GroupContext;
  readonly path: CreatedPath | undefined;
  readonly updatePath: UpdatePath | undefined;
  readonly pskSecret: Uint8Array;
};

type Confirmed = {
  readonly message: Uint8Array;
  readonly former: GroupFields | undefined;
  readonly next: GroupState;
  readonly joinerSecret: Uint8Array;
};

/** Signs with the old epoch, enters the new one, confirms with it, and frames with the old one again. */
function confirm(sealing: Sealing, { provisional, path, updatePath, pskSecret }: Confirming): Confirmed {
  const { base, plan, author } = sealing;
  const { suite } = base;
  const format = sealing.wire === "public" ? wireFormat.publicMessage : wireFormat.privateMessage;
  const framed = frame(sealing, { proposals: sealing.listed, path: updatePath });
  const { encodedContext, interimTranscriptHash, signaturePrivateKey } =
    author.kind === "member" ? author.fields : author;
  const signature = signContent(suite, signaturePrivateKey, { wireFormat: format, framed, encodedContext });
  const signed = { wireFormat: format, framed, signature };
  const confirmed = confirmedTranscriptHash(suite, interimTranscriptHash, signed);
  const context = { ...provisional, confirmedTranscriptHash: confirmed };
  const { joinerSecret, entry } = enterEpoch(suite, {
    initSecret: author.kind === "member" ? author.fields.secrets.initSecret : author.initSecret,
    commitSecret: path?.commitSecret ?? new Uint8Array(suite.hashBytes),
    pskSecret,
    encodedContext: encodeContext(context),
  });
  const confirmationTag = confirmationTagOf(suite, entry.confirmationKey, confirmed);
  const { message, former } = protectContent(author, { framed, auth: { signature, confirmationTag } }, sealing);
  const next = nextState(sealing, former, { suite, context, tree: plan.tree, entry, confirmationTag, path });
  return { message, former, next, joinerSecret };
}

function makePath(sealing: Sealing, leaf: NonNullable<Sealing["leaf"]>): CreatedPath {
  const { base, plan, random } = sealing;
  const keyPair = base.suite.generateKeyPair(random);
  const leafWith = leaf(keyPair);
  return createPath(base.suite, plan.tree, { leafIndex: plan.committer, keyPair, leafWith, random });
}

function sealPath(
  { base, plan, random }: Sealing,
  path: CreatedPath,
  provisional: GroupContext,
): UpdatePath | { readonly badNode: number } {
  const encrypting = { added: plan.added, encodedContext: encodeContext(provisional), random };
  const nodes = encryptPath(base.suite, plan.tree, path, encrypting);
  return "badNode" in nodes ? nodes : { leafNode: path.leafNode, nodes };
}

/** The new epoch's context, still with the old transcript. */
export const provisionalContext = ({ suite, context }: CommitBase, plan: CommitPlan): GroupContext => ({
  ...context,
  epoch: context.epoch + 1n,
  treeHash: treeHash(suite, plan.tree),
  extensions: plan.extensions,
});

const frame = ({ base, author, plan, authenticatedData }: Sealing, commit: Commit): FramedContent => ({
  groupId: base.context.groupId,
  epoch: base.context.epoch,
  sender: author.kind === "member" ? { kind: "member", leafIndex: plan.committer } : { kind: "new-member-commit" },
  authenticatedData,
  content: { kind: "commit", commit },
});

type Following = Pick<NewEpoch, "suite" | "context" | "tree" | "entry" | "confirmationTag"> & {
  readonly path: CreatedPath | undefined;
};

function nextState(sealing: Sealing, former: GroupFields | undefined, following: Following): GroupState {
  const { plan, author } = sealing;
  const { path, ...epoch } = following;
  const signer = author.kind === "member" ? author.fields.signaturePrivateKey : author.signaturePrivateKey;
  const fresh: NewEpoch = {
    ...epoch,
    ownLeaf: plan.committer,
    signaturePrivateKey: sealing.newSignaturePrivateKey ?? signer,
    privateKeys:
      former === undefined
        ? (path?.privateKeys ?? new Map<number, Uint8Array>())
        : survivingKeys(former, plan.tree, path?.privateKeys ?? new Map<number, Uint8Array>()),
    reinit: plan.reinit,
  };
  return new GroupState(former === undefined ? firstFields(fresh) : followingFields(former, fresh));
}

type Sharing = {
  readonly path: CreatedPath | undefined;
  readonly joinerSecret: Uint8Array;
  readonly pskSecret: Uint8Array;
};

function welcomeJoiners(
  sealing: Sealing,
  next: GroupState,
  sharing: Sharing,
): ReturnType<typeof makeWelcome> | undefined {
  const { base, plan, applied, random } = sealing;
  const joiners = ofKind(applied, "add").map(({ proposal }, at) => ({
    keyPackage: proposal.keyPackage,
    pathSecret: sharing.path && sharedPathSecret(sharing.path, plan.added[at] ?? -1),
  }));
  if (joiners.length === 0) return undefined;
  const groupInfo = makeGroupInfo(next.fields, { withTree: sealing.welcomeTree === "inline", externalPub: false });
  const { joinerSecret, pskSecret } = sharing;
  return makeWelcome(base.suite, { joiners, groupInfo, joinerSecret, pskSecret, psks: plan.psks, random });
}

type Made = Omit<Confirmed, "joinerSecret"> & {
  readonly welcome: Exclude<ReturnType<typeof makeWelcome>, { badJoiner: number }> | undefined;
  readonly leafNode: LeafNode | undefined;
};

function outcome(sealing: Sealing, { message, former, next, welcome, leafNode }: Made): Committed {
  const before = sealing.author.kind === "member" ? new GroupState(sealing.author.fields) : undefined;
  const state = former && new GroupState(former);
  return {
    kind: "committed",
    message,
    welcome: welcome && encodeMlsMessage({ kind: "welcome", welcome }),
    ratchetTree: () => encodeTree(next.fields.tree),
    groupInfo: () =>
      encodeMlsMessage({
        kind: "group-info",
        groupInfo: makeGroupInfo(next.fields, { withTree: false, externalPub: true }),
      }),
    next,
    changed: changesBetween(before, next),
    former: state && before && { state, changed: changesBetween(before, state) },
    summary: summarise(sealing.base, sealing.plan, {
      committer: sealing.author.kind,
      proposals: sealing.applied,
      leafNode,
      authenticatedData: sealing.authenticatedData,
    }),
  };
}
