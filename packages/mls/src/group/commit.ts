/** Creating a commit, RFC 9420 section 12.4.1. */

import { toHex } from "@quicprochat/bytes";
import type { Random } from "@quicprochat/crypto";
import { signLeafNode } from "../leaf/sign-leaf-node.ts";
import type { KeyPair } from "../suite/cipher-suite.ts";
import type { Credential } from "../wire/credential.ts";
import type { Extension } from "../wire/extension.ts";
import type { Capabilities, LeafNode } from "../wire/leaf-node.ts";
import type { Proposal } from "../wire/proposal.ts";
import type { GroupFields, GroupState, PendingProposal } from "./group-state.ts";
import { type AppliedProposal, type Committed, type PskStore, type Refused, refused } from "./outcome.ts";
import type { CommitBase } from "./plan-commit.ts";
import { planCommit } from "./plan-commit.ts";
import { needsPath } from "./proposal-list.ts";
import { resolvePsks } from "./resolve-psks.ts";
import { sealCommit } from "./seal-commit.ts";
import { selectProposals, validAlone } from "./select-proposals.ts";

/** What of the own leaf node a commit or an Update changes; its encryption key is always new. */
export type LeafChanges = {
  readonly leafExtensions?: readonly Extension[];
  readonly capabilities?: Capabilities;
  readonly credential?: Credential;
  readonly signatureKeyPair?: KeyPair;
};

export type CommitOptions = LeafChanges & {
  /** By value; the committer's own. */
  readonly proposals?: readonly Proposal[];
  /** ProposalRefs of waiting proposals, in order. By default all that go together. */
  readonly references?: readonly Uint8Array[];
  /** Forces an UpdatePath where none is needed. */
  readonly path?: boolean;
  readonly wire: "public" | "private";
  /** Whether the Welcome holds the tree; by default it does. */
  readonly welcome?: { readonly tree: "inline" | "apart" };
  readonly authenticatedData?: Uint8Array;
  readonly paddingBytes?: number;
  readonly psks?: PskStore;
  /** Seconds since 1970: a committer judges the lifetimes of what it adds. */
  readonly now: bigint;
  readonly random: Random;
};

/** Bounds what `reinitialise` and `branch` commit in a new group's first epoch. */
export type Beginning = { readonly usage: "reinit" | "branch"; readonly psks: PskStore };

export function commit(state: GroupState, options: CommitOptions): Committed | Refused {
  const { references } = options;
  if (references === undefined) return commitWaiting(state, options);
  const pending: PendingProposal[] = [];
  for (const reference of references) {
    const found = state.fields.proposals.get(toHex(reference));
    if (found === undefined) return refused("proposal-missing");
    pending.push(found);
  }
  return commitThese(state, options, { pending });
}

/** No proposal of another member may keep this one from committing: what does not go is left out. */
function commitWaiting(state: GroupState, options: CommitOptions): Committed | Refused {
  const { fields } = state;
  const groups = [{ ...fields, groupId: fields.context.groupId }];
  const usable = [...fields.proposals.values()].filter(
    ({ proposal }) => proposal.kind !== "psk" || resolvePsks({ groups, store: options.psks }, [proposal.id]),
  );
  const pending = selectProposals(usable, options.proposals ?? [], fields.ownLeaf);
  const first = commitThese(state, options, { pending });
  if (first.kind === "committed" || pending.length === 0) return first;
  const valid = validAlone(baseOf(fields, options, undefined), pending, fields.ownLeaf);
  const second = commitThese(state, options, { pending: valid });
  return second.kind === "committed" ? second : commitThese(state, options, { pending: [] });
}

const baseOf = (
  { suite, context, tree }: GroupFields,
  { now }: CommitOptions,
  beginning: Beginning | undefined,
): CommitBase => ({ suite, context, tree, now, beginning: beginning?.usage });

type Chosen = { readonly pending: readonly PendingProposal[]; readonly beginning?: Beginning };

export function commitThese(
  state: GroupState,
  options: CommitOptions,
  { pending, beginning }: Chosen,
): Committed | Refused {
  const { fields } = state;
  const { ownLeaf } = fields;
  if (fields.reinit !== undefined) return refused("reinit-pending");
  const byValue = options.proposals ?? [];
  const proposals: AppliedProposal[] = [
    ...pending,
    ...byValue.map((proposal) => ({ proposal, sender: { kind: "member", leafIndex: ownLeaf } }) as const),
  ];
  const base = baseOf(fields, options, beginning);
  const planned = planCommit(base, proposals, ownLeaf);
  if (planned.kind === "refused") return planned;
  const withPath = needsPath(proposals) || options.path === true || changesLeaf(options);
  return sealCommit({
    ...sealingOf(options),
    base,
    plan: planned.plan,
    applied: proposals,
    listed: [
      ...pending.map(({ reference }) => ({ kind: "reference", reference }) as const),
      ...byValue.map((proposal) => ({ kind: "proposal", proposal }) as const),
    ],
    author: { kind: "member", fields },
    leaf: withPath ? (keyPair) => ownLeafNode(fields, options, keyPair) : undefined,
    psks: beginning?.psks ?? options.psks,
  });
}

const sealingOf = (options: CommitOptions) => ({
  newSignaturePrivateKey: options.signatureKeyPair?.privateKey,
  wire: options.wire,
  welcomeTree: options.welcome?.tree ?? "inline",
  authenticatedData: options.authenticatedData ?? new Uint8Array(0),
  paddingBytes: options.paddingBytes ?? 0,
  random: options.random,
});

const changesLeaf = ({ leafExtensions, capabilities, credential, signatureKeyPair }: LeafChanges): boolean =>
  [leafExtensions, capabilities, credential, signatureKeyPair].some((change) => change !== undefined);

/** The leaf node as it will be, but for its parent hash. */
function ownLeafNode(
  fields: GroupFields,
  changes: LeafChanges,
  keyPair: KeyPair,
): (parentHash: Uint8Array) => LeafNode {
  const { suite, tree, ownLeaf: leafIndex, context } = fields;
  const former = tree.leaf(leafIndex);
  if (former === undefined) throw new Error("a member has a leaf");
  const privateKey = changes.signatureKeyPair?.privateKey ?? fields.signaturePrivateKey;
  const content = changedLeaf(former, changes, keyPair);
  return (parentHash) =>
    signLeafNode(
      suite,
      privateKey,
      { ...content, source: { kind: "commit", parentHash } },
      {
        groupId: context.groupId,
        leafIndex,
      },
    );
}

export const changedLeaf = (
  former: LeafNode,
  changes: LeafChanges,
  keyPair: KeyPair,
): Omit<LeafNode, "source" | "signature"> => ({
  encryptionKey: keyPair.publicKey,
  signatureKey: changes.signatureKeyPair?.publicKey ?? former.signatureKey,
  credential: changes.credential ?? former.credential,
  capabilities: changes.capabilities ?? former.capabilities,
  extensions: changes.leafExtensions ?? former.extensions,
});
