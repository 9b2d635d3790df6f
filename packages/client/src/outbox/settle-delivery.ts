/** What the outcomes of sent rows mean for outbox and history. */
import { toHex } from "@quicprochat/bytes";
import type { EnqueueOutcome } from "@quicprochat/protocol";
import type { Draft } from "../step/draft.ts";
import type { Self } from "../step/self.ts";
import { endMessage, rowLeft } from "./message-progress.ts";
import { dropRow, outboxRows } from "./outbox-row.ts";
import type { Waiting } from "./plan-delivery.ts";

/** Whatever is neither stored nor waits for room was given up. */
export type Delivered = { readonly waiting: Waiting; readonly outcome: EnqueueOutcome | "refused" };

/** A message counts as stored once no row of it is left, and as failed where none of them reached anybody else. */
export function settleDelivery(draft: Draft, { user }: Pick<Self, "user">, delivered: readonly Delivered[]): void {
  const touched = new Map<string, Uint8Array>();
  for (const { waiting, outcome } of delivered) {
    // A full mailbox takes cells again once its reader has been there: the row waits.
    if (outcome === "mailbox_full") continue;
    // Another step may have encrypted it anew meanwhile.
    if (draft.get(outboxRows, waiting.key) === undefined) continue;
    dropRow(draft, waiting.key);
    const { row } = waiting;
    if (row.purpose === "welcome" && outcome !== "stored")
      draft.tell({ kind: "notice", text: unreachedText(row.user) });
    if (row.purpose !== "message") continue;
    rowLeft(draft, row.messageKey, outcome === "stored" && row.user !== user);
    touched.set(toHex(row.messageKey), row.messageKey);
  }
  for (const key of touched.values()) endMessage(draft, key, "failed");
}

const unreachedText = (user: string): string =>
  `The invitation could not be left with ${user}: their device takes none at the moment.`;
