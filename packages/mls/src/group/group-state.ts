/** What one member knows of its group in one epoch, and of the epochs before whose messages it still reads. */
import { inspect } from "node:util";
import type { EpochSecrets } from "../keys/key-schedule.ts";
import type { SecretTree } from "../keys/secret-tree.ts";
import type { CipherSuite } from "../suite/cipher-suite.ts";
import type { RatchetTree } from "../tree/ratchet-tree.ts";
import type { Sender } from "../wire/framed-content.ts";
import type { GroupContext } from "../wire/group-context.ts";
import type { Proposal, ReInit } from "../wire/proposal.ts";

/** A proposal that waits for a commit of its epoch. */
export type PendingProposal = {
  readonly reference: Uint8Array;
  readonly proposal: Proposal;
  readonly sender: Sender;
  /** Of an own Update: what its leaf node stands for. */
  readonly ownLeaf: OwnLeafKeys | undefined;
};

export type OwnLeafKeys = { readonly encryptionPrivateKey: Uint8Array; readonly signaturePrivateKey: Uint8Array };

/** Message keys of one epoch. */
export type EpochMessages = {
  readonly epoch: bigint;
  /** The epoch's GroupContext, which signatures cover. */
  readonly encodedContext: Uint8Array;
  readonly senderDataSecret: Uint8Array;
  readonly secretTree: SecretTree;
};

/** A past epoch keeps no tree: only the signature keys of the leaves that the following commit changed. */
export type PastEpoch = {
  readonly messages: EpochMessages;
  /** `undefined` for a leaf that was blank. Leaves that are not here are as in the epoch after. */
  readonly formerSigners: ReadonlyMap<number, Uint8Array | undefined>;
};

export type ResumptionPsk = { readonly epoch: bigint; readonly secret: Uint8Array };

export type GroupFields = {
  readonly suite: CipherSuite;
  readonly context: GroupContext;
  readonly encodedContext: Uint8Array;
  readonly tree: RatchetTree;
  readonly ownLeaf: number;
  readonly signaturePrivateKey: Uint8Array;
  /** Of the own leaf and of nodes above it, by node index. */
  readonly privateKeys: ReadonlyMap<number, Uint8Array>;
  readonly confirmationTag: Uint8Array;
  readonly interimTranscriptHash: Uint8Array;
  readonly secrets: EpochSecrets;
  readonly messages: EpochMessages;
  /** The latest last. */
  readonly pastEpochs: readonly PastEpoch[];
  /** Of this epoch and some before, the latest last. */
  readonly resumptionPsks: readonly ResumptionPsk[];
  /** By the hex of their references, in the order of arrival. */
  readonly proposals: ReadonlyMap<string, PendingProposal>;
  /** Set when the epoch began with a ReInit: the group is over. */
  readonly reinit: ReInit | undefined;
};

/** Immutable. Its fields are the engine's own: callers use the functions of the package. It does not print. */
export class GroupState {
  readonly fields: GroupFields;

  constructor(fields: GroupFields) {
    this.fields = fields;
  }

  with(changes: Partial<GroupFields>): GroupState {
    return new GroupState({ ...this.fields, ...changes });
  }

  toJSON(): string {
    return this.toString();
  }

  toString(): string {
    return `[GroupState, epoch ${this.fields.context.epoch}]`;
  }

  [inspect.custom](): string {
    return this.toString();
  }
}
