/** A commit notice: the entry of the slot that has ended an epoch, or word that it is there to be fetched. */
import { create } from "@bufbuild/protobuf";
import { equalBytes } from "@quicprochat/bytes";
import { sha256 } from "@quicprochat/crypto";
import { SlotReceiptSchema, verifyReceipt } from "@quicprochat/protocol";
import { endedOtherwise, forgetEnd } from "../conversation/ended-epoch.ts";
import type { Group } from "../conversation/group.ts";
import type { CommitNotice } from "../envelope/group-cell.ts";
import { applyEntry } from "../step/apply-entry.ts";
import { fallBehind } from "../step/behind.ts";
import type { Draft } from "../step/draft.ts";
import { nextSlotName } from "../step/next-slot.ts";
import type { Self } from "../step/self.ts";

/** `epoch`: of the envelope. */
type Sealed = { readonly notice: CommitNotice; readonly epoch: bigint };

export function receiveNotice(draft: Draft, self: Self, group: Group, opened: Sealed): void {
  const { groupId } = group;
  // Of an epoch that is over: somebody told us before.
  if (opened.epoch !== group.epoch) return compareEnds(draft, self, group, opened);
  const { name, signature, receipt, entry } = opened.notice;
  const next = nextSlotName(draft, groupId);
  if (next === undefined) return;
  if (entry.kind === "whole" && equalBytes(next, name)) {
    const applied = applyEntry(draft, self, groupId, { name, entry: entry.bytes, signature, receipt });
    // What a notice claims wrongly, the slot itself tells rightly.
    if (applied !== "lied") return;
  }
  fallBehind(draft, groupId);
}

/** Others may have been shown another entry in the same slot: only the server can have signed for both. */
function compareEnds(draft: Draft, { statementKey }: Self, { groupId }: Group, { notice, epoch }: Sealed): void {
  const { name, receipt, entry } = notice;
  const entryHash = entry.kind === "whole" ? sha256(entry.bytes) : entry.hash;
  if (!endedOtherwise(draft, { groupId, epoch }, { slotName: name, entryHash })) return;
  if (!equalBytes(receipt.statementKey, statementKey)) return;
  if (!verifyReceipt(create(SlotReceiptSchema, receipt), name, entryHash)) return;
  forgetEnd(draft, { groupId, epoch });
  draft.tell({ kind: "notice", text: equivocationText });
}

const equivocationText =
  "The server has told members of one group different things, and signed both. Do not rely on this server (server_lied).";
