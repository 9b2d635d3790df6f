/** Lets go of epochs whose time to be read is over, also where nothing happens any more. docs/protocol.md, "MLS". */
import { forgetEpochsBefore } from "@quicprochat/mls";
import { type Envelope, epochSecrets } from "../conversation/group.ts";
import { limits } from "../limits.ts";
import type { Draft } from "./draft.ts";
import { stateName } from "./group-states.ts";

export function endPastEpochs(draft: Draft): void {
  for (const { key: groupId, value } of draft.list(epochSecrets)) {
    const envelopes = stillRead(value.envelopes, draft.now);
    const oldest = envelopes.at(-1);
    const state = draft.state(stateName(groupId));
    if (oldest === undefined || state === undefined || envelopes.length === value.envelopes.length) continue;
    const kept = forgetEpochsBefore(state, oldest.epoch);
    draft.groups.adopt(stateName(groupId), kept.state, kept.changed);
    draft.put(epochSecrets, groupId, { ...value, envelopes });
    draft.renewed.push(groupId);
  }
}

/** Newest first: each ended when the one before it in the list was entered; the first has not ended. */
const stillRead = (envelopes: readonly Envelope[], now: number): Envelope[] =>
  envelopes.filter((_, at) => {
    const endedAt = envelopes[at - 1]?.enteredAt;
    return endedAt === undefined || endedAt > now - limits.pastEpochMsMax;
  });
