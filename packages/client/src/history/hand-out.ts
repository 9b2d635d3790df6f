/** Hands each received message out once, whatever becomes of the process: it is marked before it is returned. */
import { toHex } from "@quicprochat/bytes";
import { conversations } from "../conversation/conversation.ts";
import type { Draft } from "../step/draft.ts";
import { freshMessages, type MessageView, messages, viewOf } from "./message.ts";

/** In order of arrival. */
export function handOut(draft: Draft, most: number): MessageView[] {
  const views: MessageView[] = [];
  for (const { key, value } of draft.list(freshMessages).slice(0, most)) {
    draft.delete(freshMessages, key);
    const message = draft.get(messages, value);
    if (message !== undefined) views.push(viewOf(message));
  }
  return views;
}

export function markRead(draft: Draft, conversationId: Uint8Array): void {
  const conversation = draft.get(conversations, conversationId);
  if (conversation === undefined || conversation.unread === 0) return;
  draft.put(conversations, conversationId, { ...conversation, unread: 0 });
  draft.tell({ kind: "conversation", conversation: toHex(conversationId) });
}
