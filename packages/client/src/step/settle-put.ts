/** What the answer to a put means: our commit is the epoch's, or somebody else's is. */
import { equalBytes } from "@quicprochat/bytes";
import { sha256 } from "@quicprochat/crypto";
import { type SlotPutResponse, type SlotReceipt, verifyReceipt } from "@quicprochat/protocol";
import { type PendingCommit, pendingCommits } from "../conversation/pending-commit.ts";
import { adoptCommit } from "./adopt-commit.ts";
import { type Applied, applyEntry } from "./apply-entry.ts";
import type { Draft } from "./draft.ts";
import type { Self } from "./self.ts";

type Put = { readonly groupId: Uint8Array; readonly pending: PendingCommit; readonly reply: SlotPutResponse };

/** `elsewhere`: meanwhile somebody's notice has decided the same. */
export function settlePut(draft: Draft, self: Self, { groupId, pending, reply }: Put): Applied | "won" {
  const { outcome } = reply;
  const current = draft.get(pendingCommits, groupId);
  if (current === undefined || !equalBytes(current.slotName, pending.slotName)) return "elsewhere";
  switch (outcome.case) {
    case "won":
      if (!ourReceipt(self, pending, outcome.value)) return "lied";
      adoptCommit(draft, self, { groupId, pending, receipt: outcome.value });
      return "won";
    case "taken": {
      const { entry, signature, receipt } = outcome.value;
      return applyEntry(draft, self, groupId, { name: pending.slotName, entry, signature, receipt });
    }
    case undefined:
      return "lied";
  }
}

const ourReceipt = ({ statementKey }: Self, { slotName, entry }: PendingCommit, receipt: SlotReceipt): boolean =>
  equalBytes(receipt.statementKey, statementKey) && verifyReceipt(receipt, slotName, sha256(entry));
