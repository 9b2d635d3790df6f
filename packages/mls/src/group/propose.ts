/** Sending a proposal by itself, for a later commit to name: RFC 9420 section 12.1. */
import { toHex } from "@quicprochat/bytes";
import type { Random } from "@quicprochat/crypto";
import { signContent } from "../framing/sign-content.ts";
import { signLeafNode } from "../leaf/sign-leaf-node.ts";
import { limits } from "../limits.ts";
import { changesBetween } from "../state/changes.ts";
import { makeProposalRef } from "../suite/references.ts";
import { wireFormat } from "../wire/code-points.ts";
import type { FramedContent } from "../wire/framed-content.ts";
import type { Proposal } from "../wire/proposal.ts";
import { changedLeaf, type LeafChanges } from "./commit.ts";
import { type GroupFields, GroupState, type OwnLeafKeys } from "./group-state.ts";
import { type Proposed, type Refused, refused } from "./outcome.ts";
import { protectContent } from "./protect-content.ts";
import { validateProposal } from "./validate-proposal.ts";

export type ProposeOptions = {
  /** By default public. */
  readonly wire?: "public" | "private";
  readonly authenticatedData?: Uint8Array;
  readonly paddingBytes?: number;
  /** Seconds since 1970: lifetimes of what an Add brings are judged by it. */
  readonly now: bigint;
  readonly random: Random;
};

/** An Update is `proposeUpdate`'s: its private key is made here. */
export const propose = (state: GroupState, proposal: Proposal, options: ProposeOptions): Proposed | Refused =>
  send(state, { proposal, ownLeaf: undefined }, options);

/** An Update of the own leaf: a new encryption key, and what else is to change. */
export function proposeUpdate(state: GroupState, changes: LeafChanges, options: ProposeOptions): Proposed | Refused {
  const { suite, tree, context, ownLeaf: leafIndex, signaturePrivateKey } = state.fields;
  const former = tree.leaf(leafIndex);
  if (former === undefined) return refused("group-inactive");
  const keyPair = suite.generateKeyPair(options.random);
  const signer = changes.signatureKeyPair?.privateKey ?? signaturePrivateKey;
  const unsigned = { ...changedLeaf(former, changes, keyPair), source: { kind: "update" } } as const;
  const leafNode = signLeafNode(suite, signer, unsigned, { groupId: context.groupId, leafIndex });
  const ownLeaf = { encryptionPrivateKey: keyPair.privateKey, signaturePrivateKey: signer };
  return send(state, { proposal: { kind: "update", leafNode }, ownLeaf }, options);
}

type Sending = { readonly proposal: Proposal; readonly ownLeaf: OwnLeafKeys | undefined };

function send(state: GroupState, { proposal, ownLeaf }: Sending, options: ProposeOptions): Proposed | Refused {
  const { fields } = state;
  const { suite, context, tree, encodedContext, proposals } = fields;
  if (fields.reinit !== undefined) return refused("reinit-pending");
  if (proposals.size >= limits.pendingProposalsMax) return refused("too-many-proposals");
  const { wire = "public", paddingBytes = 0, random, now } = options;
  const sender = { kind: "member", leafIndex: fields.ownLeaf } as const;
  const refusal = validateProposal({ suite, context, tree, now, beginning: undefined }, { proposal, sender });
  if (refusal !== undefined) return { kind: "refused", refusal };
  const framed = frame(fields, proposal, options.authenticatedData ?? new Uint8Array(0));
  const format = wire === "public" ? wireFormat.publicMessage : wireFormat.privateMessage;
  const content = { wireFormat: format, framed, encodedContext };
  const auth = { signature: signContent(suite, fields.signaturePrivateKey, content), confirmationTag: undefined };
  const { message, former } = protectContent(
    { kind: "member", fields },
    { framed, auth },
    { wire, paddingBytes, random },
  );
  const reference = makeProposalRef(suite, { wireFormat: format, framed, auth });
  const pending = { reference, proposal, sender, ownLeaf };
  const next = new GroupState({ ...(former ?? fields), proposals: new Map(proposals).set(toHex(reference), pending) });
  return { kind: "proposed", message, reference, state: next, changed: changesBetween(state, next) };
}

const frame = (fields: GroupFields, proposal: Proposal, authenticatedData: Uint8Array): FramedContent => ({
  groupId: fields.context.groupId,
  epoch: fields.context.epoch,
  sender: { kind: "member", leafIndex: fields.ownLeaf },
  authenticatedData,
  content: { kind: "proposal", proposal },
});
