/** What a caller may know of a group's state. */
import { deriveExternalKeyPair, mlsExporter } from "../keys/key-schedule.ts";
import { limits } from "../limits.ts";
import { encodeTree } from "../tree/encoding.ts";
import type { Credential } from "../wire/credential.ts";
import { type Extension, findExtension } from "../wire/extension.ts";
import type { Sender } from "../wire/framed-content.ts";
import type { Capabilities, LeafNode } from "../wire/leaf-node.ts";
import { encodeMlsMessage } from "../wire/mls-message.ts";
import type { Proposal, ReInit } from "../wire/proposal.ts";
import { type GroupInfoOptions, makeGroupInfo } from "./group-info.ts";
import type { GroupState } from "./group-state.ts";

export type Member = {
  readonly leafIndex: number;
  readonly credential: Credential;
  readonly signatureKey: Uint8Array;
  readonly encryptionKey: Uint8Array;
  readonly extensions: readonly Extension[];
  readonly capabilities: Capabilities;
};

export const groupId = ({ fields }: GroupState): Uint8Array => fields.context.groupId;

export const epoch = ({ fields }: GroupState): bigint => fields.context.epoch;

/** The code point. */
export const cipherSuite = ({ fields }: GroupState): number => fields.suite.id;

export const ownLeafIndex = ({ fields }: GroupState): number => fields.ownLeaf;

/** In the order of their leaves. */
export function members({ fields }: GroupState): readonly Member[] {
  return [...fields.tree.leaves()].map(({ leafIndex, leaf }) => memberOf(leafIndex, leaf));
}

/** `undefined` for a blank leaf. */
export function member({ fields }: GroupState, leafIndex: number): Member | undefined {
  const leaf = fields.tree.leaf(leafIndex);
  return leaf && memberOf(leafIndex, leaf);
}

function memberOf(leafIndex: number, leaf: LeafNode): Member {
  const { credential, signatureKey, encryptionKey, extensions, capabilities } = leaf;
  return { leafIndex, credential, signatureKey, encryptionKey, extensions, capabilities };
}

export const groupContextExtensions = ({ fields }: GroupState): readonly Extension[] => fields.context.extensions;

/** The content of the GroupContext's extension of that type. */
export const groupContextExtension = ({ fields }: GroupState, type: number): Uint8Array | undefined =>
  findExtension(fields.context.extensions, type);

/** Equal for two members exactly when they agree on everything that happened in the group (section 8.7). */
export const epochAuthenticator = ({ fields }: GroupState): Uint8Array => fields.secrets.epochAuthenticator.slice();

/** MLS-Exporter, section 8.5. At most `limits.exportBytesMax` bytes, else `RangeError`. */
export function exportSecret(
  { fields }: GroupState,
  exported: { readonly label: string; readonly context: Uint8Array; readonly length: number },
): Uint8Array {
  if (exported.length > limits.exportBytesMax) throw new RangeError("the exporter yields at most 8,160 bytes");
  return mlsExporter(fields.suite, fields.secrets.exporterSecret, exported);
}

/** MLSMessage. Signed anew each time. */
export const groupInfo = ({ fields }: GroupState, options: GroupInfoOptions): Uint8Array =>
  encodeMlsMessage({ kind: "group-info", groupInfo: makeGroupInfo(fields, options) });

/** The content of the ratchet_tree extension. */
export const ratchetTree = ({ fields }: GroupState): Uint8Array => encodeTree(fields.tree);

/** To which external joiners of this epoch encapsulate. */
export const externalPublicKey = ({ fields }: GroupState): Uint8Array =>
  deriveExternalKeyPair(fields.suite, fields.secrets.externalSecret).publicKey;

/** Proposals of this epoch that wait for a commit, in the order of arrival. */
export const pendingProposals = ({
  fields,
}: GroupState): readonly { readonly reference: Uint8Array; readonly proposal: Proposal; readonly sender: Sender }[] =>
  [...fields.proposals.values()].map(({ reference, proposal, sender }) => ({ reference, proposal, sender }));

/** Set when the last commit was a ReInit: nothing can be sent any more. */
export const pendingReinit = ({ fields }: GroupState): ReInit | undefined => fields.reinit;

/** Epochs whose application messages still decrypt, besides the current one. */
export const pastEpochs = ({ fields }: GroupState): readonly bigint[] =>
  fields.pastEpochs.map(({ messages }) => messages.epoch);
