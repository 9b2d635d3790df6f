/** What a client takes from a new epoch of a group: env_n, gate_n, and who its members are. docs/protocol.md, "Epoch secrets". */
import { equalBytes } from "@quicprochat/bytes";
import { epoch, exportSecret, forgetEpochsBefore, type GroupState } from "@quicprochat/mls";
import { conversations } from "../conversation/conversation.ts";
import { type Envelope, epochSecrets, type Group, groups } from "../conversation/group.ts";
import { membersOf } from "../conversation/members.ts";
import { rulesOf } from "../conversation/rules.ts";
import { limits } from "../limits.ts";
import { meetMembers, shownName } from "./confirm-name.ts";
import type { Draft } from "./draft.ts";
import { stateName } from "./group-states.ts";

const EMPTY = new Uint8Array(0);

/** gate_n of the epoch before goes; its env_n and message keys stay for a while. The caller has adopted `state`. */
export function enterEpoch(draft: Draft, group: Group, state: GroupState): Group {
  const members = membersOf(state);
  meetMembers(draft, group, members);
  const entered: Envelope = {
    epoch: epoch(state),
    secret: exportSecret(state, { label: "qpc1 envelope", context: EMPTY, length: 32 }),
    enteredAt: draft.now,
    senders: members.map(({ leafIndex, user, deviceId }) => ({
      leafIndex,
      user: shownName(draft, group.groupId, user),
      deviceId,
    })),
  };
  const before = draft.get(epochSecrets, group.groupId)?.envelopes ?? [];
  // The newest of the past ones ended now, however long it lasted.
  const past = before.filter(
    (_, at) => at === 0 || (before[at - 1]?.enteredAt ?? 0) > draft.now - limits.pastEpochMsMax,
  );
  const envelopes = [entered, ...past.slice(0, limits.pastEpochsMax)];
  const kept = forgetEpochsBefore(state, envelopes.at(-1)?.epoch ?? entered.epoch);
  draft.groups.adopt(stateName(group.groupId), kept.state, kept.changed);
  draft.put(epochSecrets, group.groupId, {
    gate: exportSecret(state, { label: "qpc1 slot", context: EMPTY, length: 32 }),
    envelopes,
  });
  const entering = { ...group, title: rulesOf(state)?.title ?? group.title, epoch: entered.epoch, attempt: 0 };
  if (entering.title !== group.title) retitle(draft, entering);
  draft.put(groups, group.groupId, entering);
  draft.renewed.push(group.groupId);
  draft.enteredEpoch = true;
  return entering;
}

/** Of a direct conversation the title is the other's name. */
function retitle(draft: Draft, { conversationId, groupId, title }: Group): void {
  const conversation = draft.get(conversations, conversationId);
  if (conversation?.kind !== "group" || !equalBytes(conversation.groupId, groupId)) return;
  draft.put(conversations, conversationId, { ...conversation, title });
}
