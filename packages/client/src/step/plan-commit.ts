/** Turns a group's intents into a commit for its next slot, stored whole before it is put anywhere. */
import { commit, decodeMlsMessage, type Proposal } from "@quicprochat/mls";
import { signSlot } from "@quicprochat/protocol";
import { authorizeCommit } from "../conversation/authorize-commit.ts";
import { groups } from "../conversation/group.ts";
import { type Joiner, joiners } from "../conversation/joiner.ts";
import { membersOf, unlessMalformed } from "../conversation/members.ts";
import { type PendingCommit, pendingCommits } from "../conversation/pending-commit.ts";
import { encodeDeliveryAddress, extensionTypes } from "../envelope/extensions.ts";
import { sealSlotEntry } from "../envelope/slot-entry.ts";
import { Failure } from "../failure.ts";
import { limits } from "../limits.ts";
import type { Draft } from "./draft.ts";
import { pendingStateName } from "./group-states.ts";
import { dropJoiners, joinersOf } from "./joiners.ts";
import { abandonGroup } from "./leave-group.ts";
import { type NextSlot, nextSlot } from "./next-slot.ts";
import type { Self } from "./self.ts";

export type CommitPlan =
  | { readonly kind: "nothing" }
  | { readonly kind: "pending"; readonly pending: PendingCommit }
  /** The intents cannot be: they are dropped. */
  | { readonly kind: "refused"; readonly failure: Failure };

/** What is pending already comes first: its slot has not decided on it. */
export function planCommit(draft: Draft, self: Self, groupId: Uint8Array): CommitPlan {
  const before = draft.get(pendingCommits, groupId);
  if (before !== undefined) return { kind: "pending", pending: before };
  const slot = nextSlot(draft, groupId);
  if (slot === undefined) return { kind: "nothing" };
  const { group, state } = slot;
  if (group.status !== "founding" && group.status !== "active") return { kind: "nothing" };
  dropJoiners(draft, groupId, membersOf(state));
  const adding = joinersOf(draft, groupId);
  const refreshing = group.refreshDueAt > 0 && (group.refreshDueAt <= draft.now || adding.length > 0);
  if (adding.length === 0 && !refreshing) return { kind: "nothing" };
  return makeCommit(draft, self, { slot, adding, refreshing });
}

type Making = { readonly slot: NextSlot; readonly adding: readonly Joiner[]; readonly refreshing: boolean };

function makeCommit(draft: Draft, self: Self, { slot, adding, refreshing }: Making): CommitPlan {
  const { group, state, keys } = slot;
  const { groupId } = group;
  const committed = commit(state, {
    proposals: adding.flatMap(addProposal),
    path: refreshing,
    ...(refreshing ? { leafExtensions: [mailboxExtension(self)] } : {}),
    wire: "public",
    welcome: { tree: "inline" },
    random: draft.random,
    now: BigInt(Math.floor(draft.now / 1_000)),
  });
  if (committed.kind === "refused") return refuse(draft, groupId, "add_refused", committed.refusal.code);
  // The others judge by the same rules: what they find void must not become our epoch.
  const fault = authorizeCommit(state, self.serverId)(committed.summary);
  if (fault !== undefined) return refuse(draft, groupId, "not_allowed", fault);
  const entry = sealSlotEntry(keys, [committed.message], draft.random);
  const tooLarge = entry === undefined || (committed.welcome?.length ?? 0) > limits.welcomeBytesMax;
  if (tooLarge) return refuse(draft, groupId, "group_too_large", "");
  const pending: PendingCommit = {
    epoch: group.epoch,
    attempt: group.attempt,
    slotName: keys.name.publicKey,
    entry,
    signature: signSlot(keys.name.privateKey, entry),
    welcome: committed.welcome ?? new Uint8Array(0),
    joined: adding.map(({ deviceId }) => deviceId),
  };
  draft.put(pendingCommits, groupId, pending);
  draft.groups.adopt(pendingStateName(groupId), committed.next, "all");
  return { kind: "pending", pending };
}

function addProposal({ keyPackage }: Joiner): Proposal[] {
  const message = unlessMalformed(() => decodeMlsMessage(keyPackage));
  return message?.kind === "key-package" ? [{ kind: "add", keyPackage: message.keyPackage }] : [];
}

export const mailboxExtension = ({ mailbox }: Self): { type: number; data: Uint8Array } => ({
  type: extensionTypes.deliveryAddress,
  data: encodeDeliveryAddress({ kind: "mailbox", address: mailbox }),
});

const refusalTexts = {
  add_refused: "Somebody could not be added: what their device published is not valid (any more). Try again later.",
  not_allowed: "The rules of this group do not let you do that.",
  group_too_large: "The group would be larger than this version can invite to. Add fewer people.",
} as const;

/** Nothing is left that would be refused again; a group that nobody has heard of goes altogether. */
function refuse(draft: Draft, groupId: Uint8Array, code: keyof typeof refusalTexts, detail: string): CommitPlan {
  for (const { key } of draft.list(joiners, groupId)) draft.delete(joiners, key);
  const group = draft.get(groups, groupId);
  if (group?.status === "founding") abandonGroup(draft, groupId);
  else if (group !== undefined) draft.put(groups, groupId, { ...group, refreshDueAt: 0 });
  const text = detail === "" ? refusalTexts[code] : `${refusalTexts[code]} (${detail})`;
  return { kind: "refused", failure: new Failure(code, text) };
}
