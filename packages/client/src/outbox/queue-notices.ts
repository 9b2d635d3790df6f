/** Tells everybody who was in an epoch which commit has ended it. docs/protocol.md, "Cells", kind 2. */
import { sha256 } from "@quicprochat/crypto";
import type { Envelope, Group } from "../conversation/group.ts";
import type { Member } from "../conversation/members.ts";
import type { PendingCommit } from "../conversation/pending-commit.ts";
import type { CellContent, CommitNotice } from "../envelope/group-cell.ts";
import type { Draft } from "../step/draft.ts";
import { queueGroupCell } from "./queue-cell.ts";

const EMPTY = new Uint8Array(0);

type Notices = {
  /** As it was before the commit. */
  readonly group: Group;
  readonly envelope: Envelope;
  readonly recipients: readonly Member[];
  readonly pending: PendingCommit;
  readonly receipt: CommitNotice["receipt"];
};

export function queueNotices(draft: Draft, { group, envelope, recipients, pending, receipt }: Notices): void {
  const { slotName: name, signature, entry } = pending;
  const notice = { name, signature, receipt };
  const whole: CellContent = { kind: "commit-notice", notice: { ...notice, entry: { kind: "whole", bytes: entry } } };
  const brief: CellContent = {
    kind: "commit-notice",
    notice: { ...notice, entry: { kind: "hash", hash: sha256(entry) } },
  };
  const { groupId } = group;
  const cell = { purpose: "notice", groupId, epoch: group.epoch, messageKey: EMPTY, secret: envelope.secret } as const;
  for (const member of recipients) {
    // Where the entry fills no cell, its hash does: the reader fetches it from the slot.
    const fits = queueGroupCell(draft, member, { ...cell, content: whole });
    if (!fits) queueGroupCell(draft, member, { ...cell, content: brief });
  }
}
