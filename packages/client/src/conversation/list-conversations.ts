/** Conversations and members as the engine shows them, from vault and MLS state. */
import { toHex } from "@quicprochat/bytes";
import { readHistory } from "../history/read-history.ts";
import { shownName } from "../step/confirm-name.ts";
import type { Draft } from "../step/draft.ts";
import { stateName } from "../step/group-states.ts";
import type { VaultReader } from "../vault/vault-reader.ts";
import { type Conversation, conversations } from "./conversation.ts";
import type { ConversationView, MemberView } from "./conversation-view.ts";
import { doubtsIn } from "./doubt.ts";
import { epochSecrets, groups } from "./group.ts";
import { membersOf } from "./members.ts";
import { roleOf } from "./policy.ts";
import { rulesOf } from "./rules.ts";

export function listConversations(draft: Draft, vault: Pick<VaultReader, "list">): ConversationView[] {
  const all = draft.list(conversations).map(({ value }) => value);
  return all
    .toSorted((one, other) => one.createdAt - other.createdAt)
    .map((conversation) => view(draft, vault, conversation));
}

function view(draft: Draft, vault: Pick<VaultReader, "list">, conversation: Conversation): ConversationView {
  const { id, kind, title, groupId, unread } = conversation;
  const [lastMessage] = readHistory(vault, id, { limit: 1 });
  // The names of the newest epoch, without loading its tree.
  const [newest] = draft.get(epochSecrets, groupId)?.envelopes ?? [];
  const doubts = doubtsIn(draft, groupId).filter(({ verdict }) => verdict === "unconfirmed");
  return {
    conversation: toHex(id),
    kind,
    title,
    unread,
    members: [...new Set(newest?.senders.map(({ user }) => user) ?? [])],
    ...(doubts.length === 0 ? {} : { unconfirmed: doubts.map(({ user }) => user) }),
    epoch: String(draft.get(groups, groupId)?.epoch ?? 0n),
    ...(lastMessage === undefined ? {} : { lastMessage }),
  };
}

export function listMembers(draft: Draft, { groupId }: Conversation): MemberView[] {
  const state = draft.state(stateName(groupId));
  const rules = state === undefined ? undefined : rulesOf(state);
  if (state === undefined || rules === undefined) return [];
  return membersOf(state).map(({ user, deviceId, rootKey }) => ({
    user: shownName(draft, groupId, user),
    device: toHex(deviceId),
    role: roleOf(rules, rootKey),
    verified: false,
  }));
}
