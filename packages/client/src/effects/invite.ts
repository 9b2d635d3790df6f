/** Conversations that begin and groups that grow: claim, commit, and leave the Welcomes at the doors. */
import { toUtf8 } from "@quicprochat/bytes";
import { contacts } from "../conversation/contact.ts";
import { conversations } from "../conversation/conversation.ts";
import { conversationIdBytes, directId } from "../conversation/direct-id.ts";
import { groups } from "../conversation/group.ts";
import type { Joiner } from "../conversation/joiner.ts";
import { membersOf } from "../conversation/members.ts";
import { roleOf } from "../conversation/policy.ts";
import { rulesOf } from "../conversation/rules.ts";
import { Failure } from "../failure.ts";
import { limits } from "../limits.ts";
import type { Draft } from "../step/draft.ts";
import { foundGroup, foundingsOf } from "../step/found-group.ts";
import { stateName } from "../step/group-states.ts";
import { isDeviceOf, wantJoiner } from "../step/joiners.ts";
import { unknownConversation } from "../step/send-message.ts";
import { claim } from "./claim.ts";
import type { Network } from "./network.ts";
import type { Runtime } from "./runtime.ts";

/** What of an open engine invites. */
export type Inviting = Pick<Runtime, "core" | "workers" | "signal"> & { readonly network: Pick<Network, "claim"> };

/** The conversation's id. */
export async function openDirect(runtime: Inviting, name: string): Promise<Uint8Array> {
  const { core } = runtime;
  const { self } = core;
  if (name === self.user) throw new Failure("yourself", "That is you: name somebody else.");
  const known = core.look((draft) => draft.get(contacts, toUtf8(name)));
  if (known !== undefined) {
    const id = directId(self.serverId, self.rootKey, known.rootKey);
    if (await settleDirect(runtime, id)) return id;
  }
  const claimed = await claim({ core, network: runtime.network, signal: runtime.signal }, name);
  const [first] = claimed;
  if (first === undefined) throw new Failure("unknown_user", `${name} has no device that can be reached.`);
  const id = directId(self.serverId, self.rootKey, first.rootKey);
  // Their own invitation may have come meanwhile.
  if (core.look((draft) => isOpen(draft, id))) return id;
  const groupId = core.step((draft) => foundGroup(draft, self, { conversationId: id, title: "", joiners: claimed }));
  await bring(runtime, groupId);
  if (!core.look((draft) => isOpen(draft, id))) throw unknownConversation();
  return id;
}

/** True when the conversation is there, or an earlier beginning of it can be brought to its end. */
async function settleDirect(runtime: Inviting, id: Uint8Array): Promise<boolean> {
  for (const { groupId } of runtime.core.look((draft) => foundingsOf(draft, id))) await bring(runtime, groupId);
  return runtime.core.look((draft) => isOpen(draft, id));
}

function isOpen(draft: Draft, id: Uint8Array): boolean {
  const conversation = draft.get(conversations, id);
  return conversation !== undefined && draft.get(groups, conversation.groupId)?.status === "active";
}

/** The conversation's id. */
export async function createGroup(runtime: Inviting, title: string, names: readonly string[]): Promise<Uint8Array> {
  const { core } = runtime;
  if (title.trim() === "") throw new Failure("bad_title", "A group needs a title.");
  if (toUtf8(title).length > limits.titleBytesMax) {
    throw new Failure("bad_title", `A title may have ${limits.titleBytesMax} bytes. Choose a shorter one.`);
  }
  const joiners = await claimAll(runtime, names);
  const { conversationId, groupId } = core.step((draft) => {
    const id = draft.random(conversationIdBytes);
    return { conversationId: id, groupId: foundGroup(draft, core.self, { conversationId: id, title, joiners }) };
  });
  await bring(runtime, groupId);
  return conversationId;
}

export async function addMembers(runtime: Inviting, id: Uint8Array, names: readonly string[]): Promise<void> {
  const { core } = runtime;
  const groupId = core.look((draft) => groupToAddTo(draft, core.self.rootKey, id));
  const present = core.look((draft) => membersIn(draft, groupId).map(({ user }) => user));
  const joiners = await claimAll(
    runtime,
    names.filter((name) => !present.includes(name)),
  );
  if (joiners.length === 0) return;
  core.step((draft) => {
    for (const joiner of joiners) wantJoiner(draft, groupId, joiner);
  });
  await bring(runtime, groupId);
  const members = core.look((draft) => membersIn(draft, groupId));
  const missing = joiners.filter((joiner) => !members.some((member) => isDeviceOf(joiner, member)));
  const [first] = missing;
  if (first !== undefined) throw new Failure("not_added", `${first.user} could not be added. Try again.`);
}

function groupToAddTo(draft: Draft, ownRoot: Uint8Array, id: Uint8Array): Uint8Array {
  const conversation = draft.get(conversations, id);
  if (conversation === undefined) throw unknownConversation();
  const state = draft.state(stateName(conversation.groupId));
  const rules = state === undefined ? undefined : rulesOf(state);
  if (conversation.kind === "direct")
    throw new Failure("direct_conversation", "Two people talk here: begin a group instead.");
  if (rules === undefined || draft.get(groups, conversation.groupId)?.status !== "active") {
    throw new Failure("conversation_closed", "This device is no longer part of this group.");
  }
  if (roleOf(rules, ownRoot) === "member")
    throw new Failure("not_allowed", "Only owners and admins of a group add people to it.");
  return conversation.groupId;
}

const membersIn = (draft: Draft, groupId: Uint8Array): ReturnType<typeof membersOf> => {
  const state = draft.state(stateName(groupId));
  return state === undefined ? [] : membersOf(state);
};

/** One errand for each name. */
async function claimAll(runtime: Inviting, names: readonly string[]): Promise<Joiner[]> {
  const { core, network, signal } = runtime;
  const wanted = [...new Set(names)].filter((name) => name !== core.self.user);
  const claimed = await Promise.all(wanted.map((name) => claim({ core, network, signal }, name)));
  return claimed.flat();
}

/** Resolves when the group has no intents left and its Welcomes are at the doors, as far as these take them now. */
async function bring(runtime: Inviting, groupId: Uint8Array): Promise<void> {
  await runtime.workers.committing.run(groupId);
  await runtime.workers.delivery.run();
}
