/** A chain of keys shows who owns a root, not who owns a name: that is for the directory to say. docs/protocol.md, "Identities". */
import { equalBytes, toHex } from "@quicprochat/bytes";
import { contactOf, type Entry, type Pinned, pinContact } from "../conversation/contact.ts";
import { conversations } from "../conversation/conversation.ts";
import { type Doubt, deniedName, doubtOf, doubtsIn, dropDoubt, putDoubt } from "../conversation/doubt.ts";
import { type Envelope, epochSecrets, type Group, groups } from "../conversation/group.ts";
import type { Member } from "../conversation/members.ts";
import type { Draft } from "./draft.ts";
import { declineGroup } from "./leave-group.ts";

/** Names of a new epoch that nobody has vouched for are looked up; those that are known to be another's are told. */
export function meetMembers(draft: Draft, group: Group, members: readonly Member[]): void {
  const { groupId } = group;
  for (const doubt of doubtsIn(draft, groupId)) {
    if (!members.some(({ user }) => user === doubt.user)) dropDoubt(draft, doubt);
  }
  for (const { user, rootKey, identityVersion } of members) {
    const known = contactOf(draft, user);
    if (known === undefined) {
      putDoubt(draft, { groupId, user, rootKey, verdict: "unconfirmed" });
      draft.act({ kind: "confirm" });
    } else if (equalBytes(known.rootKey, rootKey)) {
      dropDoubt(draft, { groupId, user });
      // Signed by the root: lists of the versions before it are void.
      if (identityVersion > known.identityVersion)
        pinContact(draft, user, { rootKey, identityVersion, devicesCounter: 0n });
    } else {
      const before = doubtOf(draft, groupId, user);
      const told = before?.verdict === "denied" && equalBytes(before.rootKey, rootKey);
      putDoubt(draft, { groupId, user, rootKey, verdict: "denied" });
      if (!told) draft.tell({ kind: "notice", text: changedText(group, user) });
    }
  }
}

/** As members are shown: whoever goes by the name of another does not keep it. */
export function shownName(draft: Draft, groupId: Uint8Array, user: string): string {
  return doubtOf(draft, groupId, user)?.verdict === "denied" ? deniedName(user) : user;
}

/** Those of the smallest groups first: a conversation of two waits for one name alone. */
export function namesToConfirm(draft: Draft): string[] {
  const open = doubtsIn(draft).filter(({ verdict }) => verdict === "unconfirmed");
  const counts = new Map<string, number>();
  for (const { groupId } of open) counts.set(toHex(groupId), (counts.get(toHex(groupId)) ?? 0) + 1);
  const countOf = ({ groupId }: Doubt): number => counts.get(toHex(groupId)) ?? 0;
  return [...new Set(open.toSorted((one, other) => countOf(one) - countOf(other)).map(({ user }) => user))];
}

type Answer = { readonly user: string /** `undefined`: no such user. */; readonly entry: Entry | undefined };

/** What the directory says of a name decides on all who go by it. */
export function settleName(draft: Draft, { user, entry }: Answer): Pinned | "unknown" {
  const pinned = entry === undefined ? "unknown" : pinContact(draft, user, entry);
  if (pinned === "older") return pinned;
  const known = contactOf(draft, user);
  for (const doubt of doubtsIn(draft).filter((each) => each.user === user && each.verdict === "unconfirmed")) {
    if (known !== undefined && equalBytes(known.rootKey, doubt.rootKey)) confirm(draft, doubt);
    else deny(draft, doubt);
  }
  return pinned;
}

function confirm(draft: Draft, doubt: Doubt): void {
  dropDoubt(draft, doubt);
  tellOf(draft, draft.get(groups, doubt.groupId));
}

/** A conversation of two ends; in a group the impostor is called one from now on. */
function deny(draft: Draft, doubt: Doubt): void {
  const { groupId, user } = doubt;
  putDoubt(draft, { ...doubt, verdict: "denied" });
  const group = draft.get(groups, groupId);
  if (group === undefined) return dropDoubt(draft, doubt);
  const conversation = draft.get(conversations, group.conversationId);
  if (conversation?.kind === "direct") {
    draft.put(conversations, conversation.id, { ...conversation, title: deniedName(user) });
    declineGroup(draft, group);
  } else {
    renameSender(draft, groupId, user);
  }
  draft.tell({ kind: "notice", text: impostorText(user, conversation?.kind === "direct" ? "" : group.title) });
  tellOf(draft, group);
}

function renameSender(draft: Draft, groupId: Uint8Array, user: string): void {
  const secrets = draft.get(epochSecrets, groupId);
  if (secrets === undefined) return;
  const renamed = ({ senders, ...envelope }: Envelope): Envelope => ({
    ...envelope,
    senders: senders.map((sender) => (sender.user === user ? { ...sender, user: deniedName(user) } : sender)),
  });
  draft.put(epochSecrets, groupId, { ...secrets, envelopes: secrets.envelopes.map(renamed) });
}

function tellOf(draft: Draft, group: Group | undefined): void {
  if (group !== undefined) draft.tell({ kind: "conversation", conversation: toHex(group.conversationId) });
}

const changedText = ({ title }: Group, user: string): string =>
  `${user} was added to ${title === "" ? "a conversation" : title} with another identity than the one known to this ` +
  "device: somebody else may answer to that name now. Ask them, on another way, what has happened.";

const impostorText = (user: string, title: string): string =>
  title === ""
    ? `Somebody who is not ${user} began a conversation under that name. It was declined; believe nothing that it says.`
    : `Somebody in ${title} goes by the name ${user} and is not the ${user} of this server. Ask whoever added them.`;
