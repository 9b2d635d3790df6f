/** From one epoch to the next: contexts, secrets, and what stays of the epoch that ends (RFC 9420 sections 8 and 9.2). */
import { equalBytes } from "@quicprochat/bytes";
import { erase } from "@quicprochat/crypto";
import { deriveEpoch, deriveJoinerSecret, type EpochEntry } from "../keys/key-schedule.ts";
import { newSecretTree } from "../keys/secret-tree.ts";
import { interimTranscriptHash } from "../keys/transcript-hash.ts";
import { limits } from "../limits.ts";
import type { CipherSuite } from "../suite/cipher-suite.ts";
import { encryptionKeyAt, type RatchetTree } from "../tree/ratchet-tree.ts";
import { type GroupContext, writeGroupContext } from "../wire/group-context.ts";
import { encode } from "../wire/presentation.ts";
import type { ReInit } from "../wire/proposal.ts";
import type { EpochMessages, GroupFields, PastEpoch, ResumptionPsk } from "./group-state.ts";

type Entering = {
  readonly initSecret: Uint8Array;
  readonly commitSecret: Uint8Array;
  readonly pskSecret: Uint8Array;
  readonly encodedContext: Uint8Array;
};

/** The caller erases the joiner secret. */
export function enterEpoch(
  suite: CipherSuite,
  entering: Entering,
): { readonly joinerSecret: Uint8Array; readonly entry: EpochEntry } {
  const joinerSecret = deriveJoinerSecret(suite, entering);
  const { pskSecret, encodedContext } = entering;
  return { joinerSecret, entry: deriveEpoch(suite, { joinerSecret, pskSecret, encodedContext }) };
}

export const encodeContext = (context: GroupContext): Uint8Array => encode(writeGroupContext, context);

/** What a member has on entering an epoch, whichever way it came in. */
export type NewEpoch = {
  readonly suite: CipherSuite;
  readonly context: GroupContext;
  readonly tree: RatchetTree;
  readonly entry: EpochEntry;
  readonly confirmationTag: Uint8Array;
  readonly ownLeaf: number;
  readonly signaturePrivateKey: Uint8Array;
  readonly privateKeys: ReadonlyMap<number, Uint8Array>;
  readonly reinit?: ReInit | undefined;
};

/** Erases what is used up of `entry`. */
export function firstFields(epoch: NewEpoch): GroupFields {
  const { suite, context, tree, entry, confirmationTag } = epoch;
  const encodedContext = encodeContext(context);
  const { senderDataSecret, encryptionSecret, secrets } = entry;
  erase(entry.confirmationKey);
  return {
    suite,
    context,
    encodedContext,
    tree,
    ownLeaf: epoch.ownLeaf,
    signaturePrivateKey: epoch.signaturePrivateKey,
    privateKeys: epoch.privateKeys,
    confirmationTag,
    interimTranscriptHash: interimTranscriptHash(suite, context.confirmedTranscriptHash, confirmationTag),
    secrets,
    messages: {
      epoch: context.epoch,
      encodedContext,
      senderDataSecret,
      secretTree: newSecretTree(tree.leafCount, encryptionSecret),
    },
    pastEpochs: [],
    resumptionPsks: [{ epoch: context.epoch, secret: secrets.resumptionPsk }],
    proposals: new Map(),
    reinit: epoch.reinit,
  };
}

type Former = {
  readonly tree: RatchetTree;
  readonly messages: EpochMessages;
  readonly pastEpochs: readonly PastEpoch[];
  readonly resumptionPsks: readonly ResumptionPsk[];
};

/** As `firstFields`, with the message keys of the epoch that ends and of those before. */
export function followingFields(former: Former, epoch: NewEpoch): GroupFields {
  const fields = firstFields(epoch);
  const ended = { messages: former.messages, formerSigners: changedSigners(former.tree, epoch.tree) };
  return {
    ...fields,
    pastEpochs: [...former.pastEpochs, ended].slice(-limits.pastEpochs),
    resumptionPsks: [...former.resumptionPsks, ...fields.resumptionPsks].slice(-limits.resumptionPsks),
  };
}

function changedSigners(before: RatchetTree, after: RatchetTree): ReadonlyMap<number, Uint8Array | undefined> {
  const changed = new Map<number, Uint8Array | undefined>();
  const leafCount = Math.max(before.leafCount, after.leafCount);
  for (let leafIndex = 0; leafIndex < leafCount; leafIndex++) {
    const [was, is] = [before.leaf(leafIndex), after.leaf(leafIndex)];
    if (was === is) continue;
    const same = was !== undefined && is !== undefined && equalBytes(was.signatureKey, is.signatureKey);
    if (!same) changed.set(leafIndex, was?.signatureKey);
  }
  return changed;
}

/** Private keys of nodes that a commit neither blanked nor replaced, and those that it brought. */
export function survivingKeys(
  former: { readonly tree: RatchetTree; readonly privateKeys: ReadonlyMap<number, Uint8Array> },
  tree: RatchetTree,
  learned: ReadonlyMap<number, Uint8Array>,
): ReadonlyMap<number, Uint8Array> {
  const kept = new Map<number, Uint8Array>();
  for (const [node, privateKey] of former.privateKeys) {
    const [was, is] = [encryptionKeyAt(former.tree, node), encryptionKeyAt(tree, node)];
    if (was !== undefined && is !== undefined && equalBytes(was, is)) kept.set(node, privateKey);
  }
  for (const [node, privateKey] of learned) kept.set(node, privateKey);
  return kept;
}
