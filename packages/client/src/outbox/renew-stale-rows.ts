/** Encrypts anew what an older epoch, or a group that was superseded, left in the outbox. docs/protocol.md, "Content". */
import { toHex } from "@quicprochat/bytes";
import { conversations } from "../conversation/conversation.ts";
import { type Group, groups } from "../conversation/group.ts";
import { messages } from "../history/message.ts";
import type { Draft } from "../step/draft.ts";
import { sealMessage } from "../step/send-message.ts";
import { endMessage, rowLeft } from "./message-progress.ts";
import { dropRow, type OutboxRow, outboxRows } from "./outbox-row.ts";

/**
 * `hasLeft`: whether the row may be on the server already; such a row leaves again as it is. Should it be forgotten
 * that a row has left, the receiver drops the second copy by the message's id.
 */
export function renewStaleRows(draft: Draft, hasLeft: (row: OutboxRow) => boolean): void {
  const stale = new Map<string, { messageKey: Uint8Array; devices: Set<string> }>();
  for (const { key, value: row } of draft.list(outboxRows)) {
    if (row.purpose !== "message" || hasLeft(row) || !isStale(draft, row)) continue;
    dropRow(draft, key);
    rowLeft(draft, row.messageKey, false);
    const name = toHex(row.messageKey);
    const renewed = stale.get(name) ?? { messageKey: row.messageKey, devices: new Set() };
    renewed.devices.add(toHex(row.deviceId));
    stale.set(name, renewed);
  }
  for (const { messageKey, devices } of stale.values()) renew(draft, messageKey, devices);
}

function isStale(draft: Draft, { groupId, epoch }: OutboxRow): boolean {
  const group = draft.get(groups, groupId);
  if (group === undefined || group.status === "superseded" || group.status === "removed") return true;
  return epoch < group.epoch;
}

/** For the same devices as before, as far as they are still members. */
function renew(draft: Draft, key: Uint8Array, devices: ReadonlySet<string>): void {
  const message = draft.get(messages, key);
  if (message === undefined) return;
  const group = currentGroup(draft, message.conversationId);
  if (group === undefined) return endMessage(draft, key, "failed");
  const renewed = { ...message, epoch: group.epoch };
  draft.put(messages, key, renewed);
  sealMessage(draft, {
    message: renewed,
    groupId: group.groupId,
    isRecipient: ({ deviceId }) => devices.has(toHex(deviceId)),
  });
}

function currentGroup(draft: Draft, conversationId: Uint8Array): Group | undefined {
  const conversation = draft.get(conversations, conversationId);
  const group = conversation === undefined ? undefined : draft.get(groups, conversation.groupId);
  return group?.status === "active" ? group : undefined;
}
