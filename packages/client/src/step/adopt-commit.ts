/** Our commit has won its slot: new epoch, notices to those who were there, Welcomes to those who come, all at once. */
import { equalBytes } from "@quicprochat/bytes";
import { sha256 } from "@quicprochat/crypto";
import { adoptCommitted, type GroupState, ownLeafIndex } from "@quicprochat/mls";
import type { SlotReceipt } from "@quicprochat/protocol";
import { noteEnd } from "../conversation/ended-epoch.ts";
import { epochSecrets, type Group, groups } from "../conversation/group.ts";
import { type Member, membersOf } from "../conversation/members.ts";
import { type PendingCommit, pendingCommits } from "../conversation/pending-commit.ts";
import { queueNotices } from "../outbox/queue-notices.ts";
import { queueWelcome } from "../outbox/queue-welcome.ts";
import type { Draft } from "./draft.ts";
import { enterEpoch } from "./enter-epoch.ts";
import { establish } from "./establish.ts";
import { pendingStateName, stateName } from "./group-states.ts";
import { dropJoiners, joinersOf } from "./joiners.ts";
import type { Self } from "./self.ts";

/** The server's signature on the outcome of a slot. */
export type Receipt = Pick<SlotReceipt, "statementKey" | "signature">;

type Won = { readonly groupId: Uint8Array; readonly pending: PendingCommit; readonly receipt: Receipt };

export function adoptCommit(draft: Draft, self: Self, { groupId, pending, receipt }: Won): void {
  const group = draft.get(groups, groupId);
  const [envelope] = draft.get(epochSecrets, groupId)?.envelopes ?? [];
  const former = draft.state(stateName(groupId));
  const next = draft.state(pendingStateName(groupId));
  if (group === undefined || envelope === undefined || former === undefined || next === undefined) return;
  queueNotices(draft, { group, envelope, recipients: othersOf(former), pending, receipt });
  noteEnd(draft, group, { slotName: pending.slotName, entryHash: sha256(pending.entry) });
  draft.delete(pendingCommits, groupId);
  draft.groups.forget(pendingStateName(groupId));
  const adopted = adoptCommitted(former, next);
  draft.groups.adopt(stateName(groupId), adopted.state, adopted.changed);
  const entered = enterEpoch(draft, group, adopted.state);
  for (const joiner of joinersOf(draft, groupId)) {
    const joined = pending.joined.some((deviceId) => equalBytes(deviceId, joiner.deviceId));
    if (joined) queueWelcome(draft, self, { group: entered, joiner, welcome: pending.welcome });
  }
  dropJoiners(draft, groupId, membersOf(next));
  const settled: Group = {
    ...entered,
    status: entered.status === "founding" ? "active" : entered.status,
    refreshDueAt: readsMailbox(next) ? 0 : entered.refreshDueAt,
  };
  draft.put(groups, groupId, settled);
  establish(draft, self, settled, next);
}

export const othersOf = (state: GroupState): Member[] =>
  membersOf(state).filter(({ leafIndex }) => leafIndex !== ownLeafIndex(state));

function readsMailbox(state: GroupState): boolean {
  const own = membersOf(state).find(({ leafIndex }) => leafIndex === ownLeafIndex(state));
  return own?.delivery?.kind === "mailbox";
}
