/** Begins an MLS group with this device alone in it; the first commit adds the others. */

import { compareBytes, toHex } from "@quicprochat/bytes";
import { createGroup } from "@quicprochat/mls";
import { conversations } from "../conversation/conversation.ts";
import { type Group, groups } from "../conversation/group.ts";
import type { Joiner } from "../conversation/joiner.ts";
import { encodeConversationRules, extensionTypes } from "../envelope/extensions.ts";
import { limits } from "../limits.ts";
import type { Draft } from "./draft.ts";
import { enterEpoch } from "./enter-epoch.ts";
import { establish } from "./establish.ts";
import { stateName } from "./group-states.ts";
import { wantJoiner } from "./joiners.ts";
import { mailboxExtension } from "./plan-commit.ts";
import type { Self } from "./self.ts";
import { capabilitiesOfDevices, suite } from "./suite.ts";

type Founding = { readonly conversationId: Uint8Array; readonly title: string; readonly joiners: readonly Joiner[] };

/** The group's id. Nothing of it is shown before the first commit has won its slot. */
export function foundGroup(draft: Draft, self: Self, { conversationId, title, joiners }: Founding): Uint8Array {
  const groupId = drawGroupId(draft, conversationId);
  const roles = new Map([[toHex(self.rootKey), "owner"]] as const);
  const state = createGroup({
    suite,
    groupId,
    credential: { kind: "basic", identity: self.credential },
    signatureKeyPair: self.leafKeyPair,
    capabilities: capabilitiesOfDevices,
    leafExtensions: [mailboxExtension(self)],
    groupContextExtensions: [
      { type: extensionTypes.conversation, data: encodeConversationRules({ conversationId, title, roles }) },
    ],
    random: draft.random,
  });
  draft.groups.adopt(stateName(groupId), state, "all");
  const group: Group = {
    groupId,
    conversationId,
    title,
    status: joiners.length === 0 ? "active" : "founding",
    epoch: 0n,
    attempt: 0,
    refreshDueAt: 0,
  };
  const entered = enterEpoch(draft, group, state);
  for (const joiner of joiners) wantJoiner(draft, groupId, joiner);
  if (joiners.length === 0) establish(draft, self, entered, state);
  return groupId;
}

/** Of two groups for one direct conversation both ends keep the one of the lower id: it must not be one that is over. */
function drawGroupId(draft: Draft, conversationId: Uint8Array): Uint8Array {
  const former = draft.get(conversations, conversationId)?.groupId;
  let groupId = draft.random(limits.groupIdBytes);
  for (let draws = 1; draws < limits.groupIdDrawsMax; draws++) {
    if (former === undefined || compareBytes(groupId, former) < 0) break;
    groupId = draft.random(limits.groupIdBytes);
  }
  return groupId;
}

/** Groups that this device began for a conversation and that no commit has made known yet. */
export const foundingsOf = (draft: Draft, conversationId: Uint8Array): Group[] =>
  draft
    .list(groups)
    .map(({ value }) => value)
    .filter((group) => group.status === "founding" && toHex(group.conversationId) === toHex(conversationId));
