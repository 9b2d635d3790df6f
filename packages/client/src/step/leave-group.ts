/** A group that goes on without this device, or that this device cannot follow. */
import { equalBytes, toHex } from "@quicprochat/bytes";
import { conversations } from "../conversation/conversation.ts";
import { doubtsIn, dropDoubt } from "../conversation/doubt.ts";
import { rememberAdmins } from "../conversation/former-admins.ts";
import { epochSecrets, type Group, groups } from "../conversation/group.ts";
import { joiners } from "../conversation/joiner.ts";
import { pendingCommits } from "../conversation/pending-commit.ts";
import { rulesOf } from "../conversation/rules.ts";
import { changeMessageState } from "../history/record-message.ts";
import { outboxRows } from "../outbox/outbox-row.ts";
import type { Draft } from "./draft.ts";
import { pendingStateName, stateName } from "./group-states.ts";

/** Of a removed one nothing is kept that could read on; a stuck one still reads what its last epoch brings. */
export function leaveGroup(draft: Draft, group: Group, status: "removed" | "stuck"): void {
  draft.put(groups, group.groupId, { ...group, status, refreshDueAt: 0 });
  dropIntents(draft, group.groupId);
  if (status === "removed") {
    const state = draft.state(stateName(group.groupId));
    const rules = state === undefined ? undefined : rulesOf(state);
    if (rules !== undefined) rememberAdmins(draft, group.groupId, rules);
    dropSecrets(draft, group.groupId);
  }
  const title = draft.get(conversations, group.conversationId)?.title ?? group.title;
  draft.tell({ kind: "notice", text: status === "removed" ? `You were removed from ${title}.` : stuckText(title) });
  draft.tell({ kind: "conversation", conversation: toHex(group.conversationId) });
}

/** A conversation of two whose other end is not who it said: nothing more goes there, and nothing is read. */
export function declineGroup(draft: Draft, group: Group): void {
  const { groupId } = group;
  draft.put(groups, groupId, { ...group, status: "declined", refreshDueAt: 0 });
  dropIntents(draft, groupId);
  dropSecrets(draft, groupId);
  for (const { key, value: row } of draft.list(outboxRows)) {
    if (!equalBytes(row.groupId, groupId)) continue;
    draft.delete(outboxRows, key);
    if (row.purpose === "message") changeMessageState(draft, row.messageKey, "failed");
  }
}

/** A founding that was overtaken: nobody else has heard of it. */
export function abandonGroup(draft: Draft, groupId: Uint8Array): void {
  dropIntents(draft, groupId);
  dropSecrets(draft, groupId);
  draft.delete(groups, groupId);
}

function dropIntents(draft: Draft, groupId: Uint8Array): void {
  for (const { key } of draft.list(joiners, groupId)) draft.delete(joiners, key);
  draft.delete(pendingCommits, groupId);
  draft.groups.forget(pendingStateName(groupId));
}

function dropSecrets(draft: Draft, groupId: Uint8Array): void {
  draft.forgotten.push(groupId);
  draft.delete(epochSecrets, groupId);
  for (const doubt of doubtsIn(draft, groupId)) dropDoubt(draft, doubt);
  draft.groups.forget(stateName(groupId));
}

const stuckText = (title: string): string =>
  `This device cannot follow a change of ${title}: it can neither send nor read there any more. ` +
  "Begin a new conversation, and tell the others.";
