/** Reads what a slot holds and acts on it: every member comes to the same end. docs/protocol.md, "Slots", reader's order. */
import { create } from "@bufbuild/protobuf";
import { equalBytes, toHex } from "@quicprochat/bytes";
import { sha256 } from "@quicprochat/crypto";
import { type GroupState, type Processed, processMessage } from "@quicprochat/mls";
import { SlotReceiptSchema, verifyReceipt, verifySlot } from "@quicprochat/protocol";
import { authorizeCommit } from "../conversation/authorize-commit.ts";
import { type EpochSecrets, epochSecrets, type Group, groups } from "../conversation/group.ts";
import { membersOf } from "../conversation/members.ts";
import { pendingCommits } from "../conversation/pending-commit.ts";
import { openSlotEntry, type SlotKeys, slotKeys } from "../envelope/slot-entry.ts";
import { limits } from "../limits.ts";
import { adoptCommit, type Receipt } from "./adopt-commit.ts";
import type { Draft } from "./draft.ts";
import { enterEpoch } from "./enter-epoch.ts";
import { pendingStateName, stateName } from "./group-states.ts";
import { dropJoiners } from "./joiners.ts";
import { leaveGroup } from "./leave-group.ts";
import type { Self } from "./self.ts";

/** `void`: the chain goes on at the next attempt. `lied`: the receipt does not hold. `elsewhere`: of another slot. */
export type Applied = "entered" | "removed" | "void" | "stuck" | "lied" | "elsewhere";

export type SlotReading = {
  readonly name: Uint8Array;
  readonly entry: Uint8Array;
  readonly signature: Uint8Array;
  readonly receipt: Receipt | undefined;
};

/** The name of the slot that decides on the group's next epoch; `undefined` for a group that has none any more. */
export function nextSlotName(draft: Draft, groupId: Uint8Array): Uint8Array | undefined {
  return nextSlot(draft, groupId)?.keys.name.publicKey;
}

export function applyEntry(draft: Draft, self: Self, groupId: Uint8Array, reading: SlotReading): Applied {
  const slot = nextSlot(draft, groupId);
  if (slot === undefined || !equalBytes(slot.keys.name.publicKey, reading.name)) return "elsewhere";
  const { group, state, keys } = slot;
  if (!receiptHolds(self, reading)) return "lied";
  const { receipt } = reading;
  const pending = draft.get(pendingCommits, groupId);
  if (receipt !== undefined && pending !== undefined && equalBytes(pending.entry, reading.entry)) {
    // Our own: the answer to its put was lost, or is still under way.
    adoptCommit(draft, self, { groupId, pending, receipt });
    return "entered";
  }
  const messages = openSlotEntry(keys, reading.entry);
  const processed = messages === undefined ? undefined : processEntry(state, messages, self);
  // Decided: a commit of our own for this slot has lost.
  dropPending(draft, groupId);
  if (processed?.kind === "commit") {
    const changed = messages?.length === 1 ? processed.changed : "all";
    draft.groups.adopt(stateName(groupId), processed.state, changed);
    enterEpoch(draft, group, processed.state);
    dropJoiners(draft, groupId, membersOf(processed.state));
    draft.act({ kind: "commit", groupId });
    draft.tell({ kind: "conversation", conversation: toHex(group.conversationId) });
    return "entered";
  }
  if (processed?.kind === "removed") {
    leaveGroup(draft, group, "removed");
    return "removed";
  }
  const ours = processed?.kind === "refused" && processed.phase === "secret";
  if (ours || processed?.kind === "own-message" || group.attempt + 1 >= limits.voidAttemptsMax) {
    leaveGroup(draft, group, "stuck");
    return "stuck";
  }
  draft.put(groups, groupId, { ...group, attempt: group.attempt + 1 });
  draft.act({ kind: "commit", groupId });
  return "void";
}

export function dropPending(draft: Draft, groupId: Uint8Array): void {
  if (draft.get(pendingCommits, groupId) === undefined) return;
  draft.delete(pendingCommits, groupId);
  draft.groups.forget(pendingStateName(groupId));
}

export type NextSlot = {
  readonly group: Group;
  readonly secrets: EpochSecrets;
  readonly state: GroupState;
  readonly keys: SlotKeys;
};

export function nextSlot(draft: Draft, groupId: Uint8Array): NextSlot | undefined {
  const group = draft.get(groups, groupId);
  const secrets = draft.get(epochSecrets, groupId);
  const state = draft.state(stateName(groupId));
  if (group === undefined || secrets === undefined || state === undefined) return undefined;
  return { group, state, secrets, keys: slotKeys(secrets.gate, group.attempt) };
}

function receiptHolds({ statementKey }: Self, { name, entry, signature, receipt }: SlotReading): boolean {
  if (receipt === undefined || !equalBytes(receipt.statementKey, statementKey)) return false;
  const signed = create(SlotReceiptSchema, { statementKey: receipt.statementKey, signature: receipt.signature });
  return verifySlot(name, entry, signature) && verifyReceipt(signed, name, sha256(entry));
}

/**
 * Proposals that the commit refers to come first, the commit is the last. No clock here: whether a lifetime has passed
 * is the committer's to check, and all readers must come to one end. `undefined`: not what an entry holds.
 */
function processEntry(state: GroupState, messages: readonly Uint8Array[], { serverId }: Self): Processed | undefined {
  let at = state;
  for (const [index, message] of messages.entries()) {
    const processed = processMessage(at, message, { authorize: authorizeCommit(at, serverId) });
    if (index === messages.length - 1) return processed;
    if (processed.kind !== "proposal") return undefined;
    at = processed.state;
  }
  return undefined;
}
