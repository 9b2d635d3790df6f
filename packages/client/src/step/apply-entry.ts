/** Reads what a slot holds and acts on it: every member comes to the same end. docs/protocol.md, "Slots", reader's order. */
import { create } from "@bufbuild/protobuf";
import { equalBytes, toHex } from "@quicprochat/bytes";
import { sha256 } from "@quicprochat/crypto";
import {
  type ChangedParts,
  type CommitSummary,
  decodeMlsMessage,
  type GroupState,
  type MlsMessage,
  makeProposalRef,
  type Processed,
  pendingProposals,
  processMessage,
} from "@quicprochat/mls";
import { SlotReceiptSchema, verifyReceipt, verifySlot } from "@quicprochat/protocol";
import { authorizeCommit } from "../conversation/authorize-commit.ts";
import { noteEnd } from "../conversation/ended-epoch.ts";
import { groups } from "../conversation/group.ts";
import { membersOf, unlessMalformed } from "../conversation/members.ts";
import { pendingCommits } from "../conversation/pending-commit.ts";
import { openSlotEntry } from "../envelope/slot-entry.ts";
import { limits } from "../limits.ts";
import { adoptCommit, type Receipt } from "./adopt-commit.ts";
import type { Draft } from "./draft.ts";
import { enterEpoch } from "./enter-epoch.ts";
import { pendingStateName, stateName } from "./group-states.ts";
import { dropJoiners } from "./joiners.ts";
import { leaveGroup } from "./leave-group.ts";
import { type NextSlot, nextSlot } from "./next-slot.ts";
import type { Self } from "./self.ts";
import { suite } from "./suite.ts";

/** `void`: the chain goes on at the next attempt. `lied`: the receipt does not hold. `elsewhere`: of another slot. */
export type Applied = "entered" | "removed" | "void" | "stuck" | "lied" | "elsewhere";

export type SlotReading = {
  readonly name: Uint8Array;
  readonly entry: Uint8Array;
  readonly signature: Uint8Array;
  readonly receipt: Receipt | undefined;
};

export function applyEntry(draft: Draft, self: Self, groupId: Uint8Array, reading: SlotReading): Applied {
  const slot = nextSlot(draft, groupId);
  if (slot === undefined || !equalBytes(slot.keys.name.publicKey, reading.name)) return "elsewhere";
  const { receipt } = reading;
  if (receipt === undefined || !receiptHolds(self, reading, receipt)) return "lied";
  const pending = draft.get(pendingCommits, groupId);
  if (pending !== undefined && equalBytes(pending.entry, reading.entry)) {
    // Our own: the answer to its put was lost, or is still under way.
    adoptCommit(draft, self, { groupId, pending, receipt });
    return "entered";
  }
  dropPending(draft, groupId);
  noteEnd(draft, slot.group, { slotName: reading.name, entryHash: sha256(reading.entry) });
  return follow(draft, slot, judge(slot, openSlotEntry(slot.keys, reading.entry) ?? [], self));
}

/** A commit of our own for a slot that is decided has lost. */
function dropPending(draft: Draft, groupId: Uint8Array): void {
  draft.delete(pendingCommits, groupId);
  draft.groups.forget(pendingStateName(groupId));
}

function receiptHolds({ statementKey }: Self, { name, entry, signature }: SlotReading, receipt: Receipt): boolean {
  if (!equalBytes(receipt.statementKey, statementKey)) return false;
  const signed = create(SlotReceiptSchema, { statementKey: receipt.statementKey, signature: receipt.signature });
  return verifySlot(name, entry, signature) && verifyReceipt(signed, name, sha256(entry));
}

type PublicMessage = (MlsMessage & { readonly kind: "public-message" })["publicMessage"];

type Judged =
  | {
      readonly kind: "commit";
      readonly state: GroupState;
      readonly changed: ChangedParts | "all";
      readonly summary: CommitSummary;
    }
  | { readonly kind: "removed" | "void" | "stuck" };

/**
 * Proposals that the commit refers to come first, the commit is the last. No clock here: whether a lifetime has passed
 * is the committer's to check, and all readers must come to one end.
 */
function judge({ state }: NextSlot, messages: readonly Uint8Array[], { serverId }: Self): Judged {
  let at = state;
  for (const [index, message] of messages.entries()) {
    // A PrivateMessage would be judged by the state of its ratchet, which is not the same for all.
    const decoded = unlessMalformed(() => decodeMlsMessage(message));
    if (decoded?.kind !== "public-message") return { kind: "void" };
    const processed = processMessage(at, message, { authorize: authorizeCommit(at, serverId) });
    if (index === messages.length - 1) return judgeCommit(processed, messages.length);
    if (processed.kind === "own-message" || processed.kind === "already-processed") {
      // To all others it is a proposal like any: it may be missing here, but void it is not.
      if (!isPending(at, decoded.publicMessage)) return { kind: "stuck" };
    } else if (processed.kind === "proposal") {
      at = processed.state;
    } else {
      return { kind: "void" };
    }
  }
  return { kind: "void" };
}

function isPending(state: GroupState, { framed, auth }: PublicMessage): boolean {
  const reference = makeProposalRef(suite, { wireFormat: 1, framed, auth });
  return pendingProposals(state).some((pending) => equalBytes(pending.reference, reference));
}

function judgeCommit(processed: Processed, messages: number): Judged {
  switch (processed.kind) {
    case "commit": {
      const { state, changed, summary } = processed;
      return { kind: "commit", state, summary, changed: messages === 1 ? changed : "all" };
    }
    case "removed":
      return { kind: "removed" };
    case "refused":
      return { kind: processed.phase === "secret" ? "stuck" : "void" };
    // A commit of our own that the vault has forgotten: the others follow it, and we cannot.
    case "own-message":
      return { kind: "stuck" };
    case "already-processed":
    case "application":
    case "fork":
    case "future-epoch":
    case "needs-proposal":
    case "proposal":
    case "stale-epoch":
    case "wrong-group":
      return { kind: "void" };
  }
}

function follow(draft: Draft, { group }: NextSlot, judged: Judged): Applied {
  const { groupId } = group;
  switch (judged.kind) {
    case "commit": {
      draft.groups.adopt(stateName(groupId), judged.state, judged.changed);
      enterEpoch(draft, group, judged.state);
      dropJoiners(draft, groupId, membersOf(judged.state));
      draft.act({ kind: "commit", groupId });
      draft.tell({ kind: "conversation", conversation: toHex(group.conversationId) });
      return "entered";
    }
    case "void":
      if (group.attempt + 1 < limits.voidAttemptsMax) {
        draft.put(groups, groupId, { ...group, attempt: group.attempt + 1 });
        draft.act({ kind: "commit", groupId });
        return "void";
      }
      leaveGroup(draft, group, "stuck");
      return "stuck";
    case "removed":
    case "stuck":
      leaveGroup(draft, group, judged.kind);
      return judged.kind;
  }
}
