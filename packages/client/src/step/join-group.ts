/** Joins a group by a Welcome that was left at our door: whoever sent it must be who the door cell says. */
import { equalBytes } from "@quicprochat/bytes";
import { epoch, type GroupState, groupId, joinByWelcome, members as leavesOf } from "@quicprochat/mls";
import { contactOf } from "../conversation/contact.ts";
import { conversations } from "../conversation/conversation.ts";
import { directId } from "../conversation/direct-id.ts";
import { wasAdmin } from "../conversation/former-admins.ts";
import { type Group, groups } from "../conversation/group.ts";
import { type Member, verifiedLeaf } from "../conversation/members.ts";
import { contradicting } from "../conversation/one-name.ts";
import type { Rules } from "../conversation/policy.ts";
import { rulesOf } from "../conversation/rules.ts";
import type { Credential } from "../envelope/credential.ts";
import type { OwnKeyPackage } from "../inbox/door-keys.ts";
import { limits } from "../limits.ts";
import type { Draft } from "./draft.ts";
import { enterEpoch } from "./enter-epoch.ts";
import { establish, isDirectGroup } from "./establish.ts";
import { foundingsOf } from "./found-group.ts";
import { stateName } from "./group-states.ts";
import { isDeviceOf } from "./joiners.ts";
import { abandonGroup } from "./leave-group.ts";
import type { Self } from "./self.ts";

type Invitation = {
  /** MLSMessage. */
  readonly welcome: Uint8Array;
  /** Verified: who signed the door cell. */
  readonly inviter: Credential;
  readonly own: OwnKeyPackage;
};

export function joinGroup(draft: Draft, self: Self, invitation: Invitation): void {
  const joined = joinByWelcome({
    welcome: invitation.welcome,
    keyPackage: invitation.own.keyPackage,
    secrets: invitation.own.secrets,
    signaturePrivateKey: self.leafKeyPair.privateKey,
  });
  if (joined.kind !== "joined") return;
  const { state, sender } = joined;
  const members = verifiedMembers(state, self);
  const rules = rulesOf(state);
  const inviter = members?.find(({ leafIndex }) => leafIndex === sender);
  if (members === undefined || rules === undefined || inviter === undefined) return;
  if (contradicting([self], members) !== undefined) return;
  if (groupId(state).length !== limits.groupIdBytes || !mayEnter(draft, state, inviter)) return;
  const { identity, deviceId } = invitation.inviter;
  if (!isDeviceOf(inviter, { rootKey: identity.rootKey, deviceId })) return;
  const changed = members.find(({ user, rootKey }) => {
    const known = contactOf(draft, user);
    return known !== undefined && !equalBytes(known.rootKey, rootKey);
  });
  if (changed !== undefined) return draft.tell({ kind: "notice", text: changedText(changed.user, inviter.user) });
  if (!fitsConversation(draft, self, { state, rules, members, inviter })) return;
  enter(draft, self, { state, rules });
}

/**
 * Whoever was removed may be added again, by those who could add then. Never into an epoch that is over: a Welcome to a
 * KeyPackage of last resort opens more than once.
 */
function mayEnter(draft: Draft, state: GroupState, { rootKey }: Member): boolean {
  const known = draft.get(groups, groupId(state));
  if (known === undefined) return true;
  return known.status === "removed" && epoch(state) > known.epoch && wasAdmin(draft, known.groupId, rootKey);
}

/** `undefined` when somebody's chain of keys does not hold. */
function verifiedMembers(state: GroupState, { serverId }: Self): Member[] | undefined {
  const found: Member[] = [];
  for (const leaf of leavesOf(state)) {
    const member = verifiedLeaf(leaf.leafIndex, leaf, serverId);
    if (member === undefined) return undefined;
    found.push(member);
  }
  return found;
}

type Invited = {
  readonly state: GroupState;
  readonly rules: Rules;
  readonly members: readonly Member[];
  readonly inviter: Member;
};

/** A group of several must not take the id of a direct conversation, nor that of a group that is here already. */
function fitsConversation(draft: Draft, self: Self, { state, rules, members, inviter }: Invited): boolean {
  const existing = draft.get(conversations, rules.conversationId);
  if (isDirectGroup(state, self)) return existing === undefined || existing.kind === "direct";
  const directIds = members.map(({ rootKey }) => directId(self.serverId, self.rootKey, rootKey));
  if (directIds.some((id) => equalBytes(id, rules.conversationId))) return false;
  const before = existing === undefined ? undefined : draft.get(groups, existing.groupId);
  if (before === undefined) return true;
  return before.status === "removed" && wasAdmin(draft, before.groupId, inviter.rootKey);
}

function enter(draft: Draft, self: Self, { state, rules }: Pick<Invited, "state" | "rules">): void {
  const { conversationId, title } = rules;
  for (const founding of foundingsOf(draft, conversationId)) abandonGroup(draft, founding.groupId);
  const id = groupId(state);
  const group: Group = {
    groupId: id,
    conversationId,
    title,
    status: "active",
    epoch: 0n,
    attempt: 0,
    // Several who join at once do not all reach for the same slot in the same moment.
    refreshDueAt: draft.now + randomBelow(draft, refreshWithinMs(state)),
  };
  draft.groups.adopt(stateName(id), state, "all");
  const entered = enterEpoch(draft, group, state);
  replaceRemoved(draft, conversationId, id);
  establish(draft, self, entered, state);
}

/** Whoever was removed from a group and is invited again goes on with the new one. */
function replaceRemoved(draft: Draft, conversationId: Uint8Array, next: Uint8Array): void {
  const existing = draft.get(conversations, conversationId);
  if (existing === undefined || draft.get(groups, existing.groupId)?.status !== "removed") return;
  draft.put(conversations, conversationId, { ...existing, groupId: next });
}

const refreshWithinMs = (state: GroupState): number =>
  leavesOf(state).length <= limits.smallGroupLeaves ? limits.refreshAfterJoinMsMax : limits.refreshLargeGroupMsMax;

function randomBelow(draft: Draft, bound: number): number {
  const bytes = draft.random(4);
  return 1 + (new DataView(bytes.buffer, bytes.byteOffset).getUint32(0) % bound);
}

const changedText = (user: string, inviter: string): string =>
  `${inviter} invited this device to a conversation in which ${user} has another identity than the one known here. ` +
  "The invitation was declined: ask them, on another way, what has happened.";
