/** What the outcomes of sent rows mean for outbox and history. */
import { equalBytes, toHex } from "@quicprochat/bytes";
import type { EnqueueOutcome } from "@quicprochat/protocol";
import { changeMessageState } from "../history/record-message.ts";
import type { Draft } from "../step/draft.ts";
import { outboxRows } from "./outbox-row.ts";
import type { Waiting } from "./plan-delivery.ts";

/** Whatever is neither stored nor waits for room was given up. */
export type Delivered = { readonly waiting: Waiting; readonly outcome: EnqueueOutcome | "refused" };

/** A message counts as stored once no row of it is left, unless one of them was given up. */
export function settleDelivery(draft: Draft, delivered: readonly Delivered[]): void {
  const touched = new Map<string, { key: Uint8Array; failed: boolean }>();
  for (const { waiting, outcome } of delivered) {
    // A full mailbox takes cells again once its reader has been there: the row waits.
    if (outcome === "mailbox_full") continue;
    // Another step may have encrypted it anew meanwhile.
    if (draft.get(outboxRows, waiting.key) === undefined) continue;
    draft.delete(outboxRows, waiting.key);
    const { row } = waiting;
    if (row.purpose === "welcome" && outcome !== "stored")
      draft.tell({ kind: "notice", text: unreachedText(row.user) });
    if (row.purpose !== "message") continue;
    const name = toHex(row.messageKey);
    const failed = (touched.get(name)?.failed ?? false) || outcome !== "stored";
    touched.set(name, { key: row.messageKey, failed });
  }
  if (touched.size === 0) return;
  const left = draft.list(outboxRows);
  for (const { key, failed } of touched.values()) {
    if (failed) changeMessageState(draft, key, "failed");
    else if (!left.some(({ value }) => equalBytes(value.messageKey, key))) changeMessageState(draft, key, "stored");
  }
}

const unreachedText = (user: string): string =>
  `The invitation could not be left with ${user}: their device takes none at the moment.`;
