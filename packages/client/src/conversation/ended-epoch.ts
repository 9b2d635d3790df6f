/** Which entry ended an epoch: two of them with receipts for one slot prove that the server lies. docs/protocol.md, "Slots". */
import { equalBytes } from "@quicprochat/bytes";
import { limits } from "../limits.ts";
import { codec, readBytes } from "../step/codec.ts";
import type { Draft } from "../step/draft.ts";
import { counterKey, keyOf, table } from "../step/table.ts";

export type EndedEpoch = { readonly slotName: Uint8Array; readonly entryHash: Uint8Array };

/** Key: the group's id, then the epoch. */
export const endedEpochs = table(
  "ended-epoch",
  codec<EndedEpoch>({
    version: 1,
    write: (writer, { slotName, entryHash }) => writer.vector32(slotName).vector32(entryHash),
    read: (reader) => ({ slotName: readBytes(reader), entryHash: readBytes(reader) }),
  }),
);

type Epoch = { readonly groupId: Uint8Array; readonly epoch: bigint };

const keyFor = ({ groupId, epoch }: Epoch): Uint8Array => keyOf(groupId, counterKey(epoch));

/** Kept for as many epochs as notices of them can still be opened. */
export function noteEnd(draft: Draft, epoch: Epoch, ended: EndedEpoch): void {
  const before = draft.keys(endedEpochs, epoch.groupId);
  for (const key of before.slice(0, Math.max(0, before.length - limits.pastEpochsMax))) draft.delete(endedEpochs, key);
  draft.put(endedEpochs, keyFor(epoch), ended);
}

/** Whether another entry than this one ended the epoch in the same slot. */
export function endedOtherwise(draft: Draft, epoch: Epoch, { slotName, entryHash }: EndedEpoch): boolean {
  const ended = draft.get(endedEpochs, keyFor(epoch));
  if (ended === undefined || !equalBytes(ended.slotName, slotName)) return false;
  return !equalBytes(ended.entryHash, entryHash);
}

/** What was proven once is not told again. */
export const forgetEnd = (draft: Draft, epoch: Epoch): void => draft.delete(endedEpochs, keyFor(epoch));
