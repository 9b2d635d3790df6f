/** What the engine asks of its server: a narrow view of the connections, so that a step can be tried without any. */
import type {
  EnqueueOutcome,
  FetchResponse,
  KeyPackageClaimResponse,
  LookUpResponse,
  SlotEntry,
  SlotPutResponse,
} from "@quicprochat/protocol";
import type { PendingCommit } from "../conversation/pending-commit.ts";
import type { OutboxCell } from "../outbox/outbox-row.ts";

/** `refused`: the server will never take this cell. */
export type CellOutcome = EnqueueOutcome | "refused";

/** The door of this device, or one of its private mailboxes. */
export type Source = { readonly kind: "door" } | { readonly kind: "mailbox"; readonly address: Uint8Array };

export interface Network {
  /** Sends cells that share one address, in order, until it is full, and tells the outcome of each that was sent. Throws when an answer is missing. */
  enqueue(
    rows: readonly OutboxCell[],
    onOutcome: (at: number, outcome: CellOutcome) => void,
    signal: AbortSignal,
  ): Promise<void>;
  putSlot(pending: PendingCommit, signal: AbortSignal): Promise<SlotPutResponse>;
  /** One errand that reads the slot `first`, then whichever `next` names, until it names none. */
  walkSlots(
    first: Uint8Array,
    next: (entry: SlotEntry | undefined) => Uint8Array | undefined,
    signal: AbortSignal,
  ): Promise<void>;
  claim(username: string, signal: AbortSignal): Promise<KeyPackageClaimResponse>;
  lookUp(username: string, signal: AbortSignal): Promise<LookUpResponse>;
  fetch(source: Source, cursor: bigint, signal: AbortSignal): Promise<FetchResponse>;
  acknowledge(source: Source, cursor: bigint, signal: AbortSignal): Promise<void>;
}
