/** Puts a message into its conversation: the Lamport clock, the heads, the index of known ids, and what counts as new. */
import { equalBytes, toHex } from "@quicprochat/bytes";
import { type Conversation, conversations } from "../conversation/conversation.ts";
import { limits } from "../limits.ts";
import type { Draft } from "../step/draft.ts";
import { freshMessages, type Message, messageIdKey, messageIds, messageKey, messages, viewOf } from "./message.ts";

export const isKnownMessage = (draft: Draft, message: Message): boolean =>
  draft.get(messageIds, messageIdKey(message)) !== undefined;

/** The caller has made sure that the id is not known yet. */
export function recordMessage(draft: Draft, conversation: Conversation, message: Message): void {
  const key = messageKey(message);
  draft.put(messages, key, message);
  draft.put(messageIds, messageIdKey(message), key);
  if (!message.own) draft.put(freshMessages, draft.nextKey(), key);
  draft.put(conversations, conversation.id, {
    ...conversation,
    counter: message.counter > conversation.counter ? message.counter : conversation.counter,
    heads: headsAfter(conversation.heads, message),
    unread: message.own ? conversation.unread : conversation.unread + 1,
  });
  draft.tell({ kind: "message", message: viewOf(message) });
  draft.tell({ kind: "conversation", conversation: toHex(conversation.id) });
}

/** A message replaces its parents as the newest seen. */
function headsAfter(heads: readonly Uint8Array[], { id, parents }: Message): Uint8Array[] {
  const left = heads.filter((head) => !parents.some((parent) => equalBytes(parent, head)));
  return [...left, id].slice(-limits.parentsMax);
}

/** Of an own message on its way. What was given up once stays so: it did not reach everybody. */
export function changeMessageState(draft: Draft, key: Uint8Array, state: "stored" | "failed"): void {
  const message = draft.get(messages, key);
  if (message?.state !== "pending") return;
  const changed = { ...message, state };
  draft.put(messages, key, changed);
  draft.tell({ kind: "message-changed", message: viewOf(changed) });
}
