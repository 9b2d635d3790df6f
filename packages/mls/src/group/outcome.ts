/** What the steps of a group answer: outcomes are values, whatever a peer sends. */
import type { Refusal, RefusalPhase } from "../refusal.ts";
import type { Sender } from "../wire/framed-content.ts";
import type { LeafNode } from "../wire/leaf-node.ts";
import type { PreSharedKeyId } from "../wire/pre-shared-key-id.ts";
import type { Proposal } from "../wire/proposal.ts";
import type { GroupState } from "./group-state.ts";

/** Names of stored parts: those that `saveGroup` must write again, and those that must go. */
export type ChangedParts = { readonly written: readonly string[]; readonly deleted: readonly string[] };

/** Adopt `state` and store `changed` together; do not use the former state after that. */
type Stepped = { readonly state: GroupState; readonly changed: ChangedParts };

export type Refused = { readonly kind: "refused"; readonly refusal: Refusal };

/** Finds a pre-shared key that the group does not know itself. */
export type PskStore = (id: PreSharedKeyId) => Uint8Array | undefined;

/** A proposal and who made it: by value it is the committer's. */
export type AppliedProposal = { readonly proposal: Proposal; readonly sender: Sender };

export type CommitSummary = {
  /** A joiner's leaf is where it will be. */
  readonly committer: { readonly kind: "member" | "joiner"; readonly leafIndex: number };
  readonly proposals: readonly AppliedProposal[];
  /** Leaf indices, in the order of the proposals. */
  readonly added: readonly number[];
  readonly removed: readonly number[];
  readonly updated: readonly number[];
  /** The committer's new leaf node; `undefined` without an UpdatePath. */
  readonly leafNode: LeafNode | undefined;
  readonly authenticatedData: Uint8Array;
  /** The epoch that the commit ends. */
  readonly epoch: bigint;
};

/** A reason refuses the commit with code `policy`, phase `public`. */
export type Authorize = (summary: CommitSummary) => string | undefined;

/** Whether an external joiner is the client of the leaf that it removes. By default: the credentials are equal. */
export type SameClient = (former: LeafNode, joiner: LeafNode) => boolean;

export type ProcessOptions = {
  /** Seconds since 1970. Without it lifetimes are not judged, and all members judge alike. */
  readonly now?: bigint;
  readonly psks?: PskStore;
  readonly authorize?: Authorize;
  readonly sameClient?: SameClient;
};

export type Proposed = Stepped & {
  readonly kind: "proposed";
  /** MLSMessage. */
  readonly message: Uint8Array;
  /** ProposalRef. */
  readonly reference: Uint8Array;
};

export type Encrypted = Stepped & { readonly kind: "encrypted"; readonly message: Uint8Array };

export type Committed = {
  readonly kind: "committed";
  /** MLSMessage of the commit. */
  readonly message: Uint8Array;
  /** MLSMessage, one for all joiners; `undefined` when the commit adds nobody. */
  readonly welcome: Uint8Array | undefined;
  /** The content of the ratchet_tree extension, for joiners whose Welcome comes without. */
  readonly ratchetTree: () => Uint8Array;
  /** MLSMessage of the new epoch's GroupInfo, without tree, with external_pub. */
  readonly groupInfo: () => Uint8Array;
  /**
   * Adopt it when this commit is the one that all apply; until then the former state stays valid. If messages were sent
   * or read meanwhile, by `adoptCommitted`.
   */
  readonly next: GroupState;
  /** What `next` changes in the store, measured from the state that was passed. */
  readonly changed: ChangedParts;
  /**
   * The ending epoch without the generation that a private commit used: store it before the commit leaves, and stay on
   * it if another commit wins. For a public commit it is the state that was passed; `undefined` for a joiner.
   */
  readonly former: Stepped | undefined;
  readonly summary: CommitSummary;
};

export type Processed =
  | (Stepped & {
      readonly kind: "application";
      readonly data: Uint8Array;
      readonly authenticatedData: Uint8Array;
      /** The sender's leaf index, in the tree of `epoch`. */
      readonly sender: number;
      readonly epoch: bigint;
    })
  | (Stepped & {
      readonly kind: "proposal";
      readonly proposal: Proposal;
      readonly sender: Sender;
      readonly reference: Uint8Array;
      readonly authenticatedData: Uint8Array;
    })
  | (Stepped & { readonly kind: "commit"; readonly summary: CommitSummary })
  /** The commit removed this member: its last state is the former one, to be erased. */
  | { readonly kind: "removed"; readonly summary: CommitSummary }
  /** Handshake of an epoch that is over, or application data of one that is no longer kept. */
  | { readonly kind: "stale-epoch"; readonly epoch: bigint; readonly current: bigint }
  /** A commit is missing. */
  | { readonly kind: "future-epoch"; readonly epoch: bigint; readonly current: bigint }
  /** The right epoch number, but made with keys of another history, or forged by somebody outside. */
  | { readonly kind: "fork"; readonly epoch: bigint }
  | { readonly kind: "own-message" }
  /** Its generation was consumed. */
  | { readonly kind: "already-processed" }
  | { readonly kind: "needs-proposal"; readonly references: readonly Uint8Array[] }
  | { readonly kind: "wrong-group"; readonly groupId: Uint8Array }
  | { readonly kind: "refused"; readonly phase: RefusalPhase; readonly refusal: Refusal };

export type Joined = {
  readonly kind: "joined";
  readonly state: GroupState;
  /** Leaf index of the member that signed the GroupInfo. */
  readonly sender: number;
};

export const refused = (code: Refusal["code"], more?: Omit<Refusal, "code">): Refused => ({
  kind: "refused",
  refusal: { code, ...more },
});

export const changesOfNothing: ChangedParts = { written: [], deleted: [] };
