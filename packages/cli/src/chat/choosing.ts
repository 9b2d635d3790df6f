/** Which conversation is open, and the way from one to the next. */
import { limits } from "../limits.ts";
import { emptyDraft } from "../terminal/line-editor.ts";
import type { Conversation, Model, Step } from "./model.ts";
import { toNewest } from "./scrolling.ts";

/** The draft of the one that is left waits there. */
export function choose(model: Model, conversation: string): Step {
  if (conversation === model.open) return toNewest(model);
  const drafts = new Map(model.drafts);
  if (model.open !== undefined && model.draft.characters.length > 0) drafts.set(model.open, model.draft);
  const draft = drafts.get(conversation) ?? (model.open === undefined ? model.draft : emptyDraft);
  drafts.delete(conversation);
  const opened = { open: conversation, views: [], complete: false, scroll: 0, below: 0, overlay: undefined };
  return {
    model: { ...model, ...opened, draft, drafts, recalled: undefined },
    effects: [
      { kind: "load", conversation, limit: limits.historyPage },
      { kind: "read", conversation },
    ],
  };
}

/** The next or previous one of the list, around its ends. */
export function chooseBeside(model: Model, direction: -1 | 1): Step {
  const { conversations, open } = model;
  const at = conversations.findIndex(({ conversation }) => conversation === open);
  return chooseNumber(model, (at + direction + conversations.length) % Math.max(1, conversations.length));
}

/** Counted from 0; nothing happens where the list has no such number. */
export function chooseNumber(model: Model, index: number): Step {
  const chosen = model.conversations[index];
  return chosen === undefined ? { model, effects: [] } : choose(model, chosen.conversation);
}

export function chooseUnread(model: Model): Step {
  return chooseNumber(
    model,
    model.conversations.findIndex(({ unread, conversation }) => unread > 0 && conversation !== model.open),
  );
}

/** The latest first. */
export const orderConversations = (conversations: readonly Conversation[]): Conversation[] =>
  conversations.toSorted((one, other) => latest(other) - latest(one));

const latest = ({ lastMessage }: Conversation): number => lastMessage?.receivedAt ?? 0;
