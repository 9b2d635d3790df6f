/** A group that others know too becomes, or joins, a conversation. Two groups for one direct conversation converge. */
import { compareBytes, equalBytes, toHex } from "@quicprochat/bytes";
import type { GroupState } from "@quicprochat/mls";
import { isDirect } from "../conversation/authorize-commit.ts";
import { type Conversation, conversations } from "../conversation/conversation.ts";
import { type Group, groups } from "../conversation/group.ts";
import { membersOf } from "../conversation/members.ts";
import { rulesOf } from "../conversation/rules.ts";
import type { Draft } from "./draft.ts";
import type { Self } from "./self.ts";

export function establish(draft: Draft, self: Self, group: Group, state: GroupState): void {
  const existing = draft.get(conversations, group.conversationId);
  if (existing === undefined) {
    draft.put(conversations, group.conversationId, newConversation(draft, self, group, state));
  } else if (!equalBytes(existing.groupId, group.groupId)) {
    converge(draft, existing, group);
  }
  draft.tell({ kind: "conversation", conversation: toHex(group.conversationId) });
}

function newConversation(draft: Draft, self: Self, group: Group, state: GroupState): Conversation {
  const direct = isDirectGroup(state, self);
  const other = membersOf(state).find(({ rootKey }) => !equalBytes(rootKey, self.rootKey));
  return {
    id: group.conversationId,
    kind: direct ? "direct" : "group",
    title: direct ? (other?.user ?? group.title) : group.title,
    groupId: group.groupId,
    counter: 0n,
    heads: [],
    unread: 0,
    createdAt: draft.now,
  };
}

/** Both ends of a direct conversation may have begun it at once: both keep the group of the lower id. */
function converge(draft: Draft, existing: Conversation, group: Group): void {
  const other = draft.get(groups, existing.groupId);
  const wins = other?.status !== "active" || compareBytes(group.groupId, existing.groupId) < 0;
  const superseded = wins ? other : group;
  if (superseded !== undefined && superseded.status === "active") {
    draft.put(groups, superseded.groupId, { ...superseded, status: "superseded", refreshDueAt: 0 });
  }
  if (wins) draft.put(conversations, existing.id, { ...existing, groupId: group.groupId });
}

export function isDirectGroup(state: GroupState, { serverId }: Self): boolean {
  const rules = rulesOf(state);
  if (rules === undefined) return false;
  const members = new Map(membersOf(state).map((member) => [member.leafIndex, member]));
  return isDirect({ rules, members, serverId });
}
