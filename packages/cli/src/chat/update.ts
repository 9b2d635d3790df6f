/** The chat as a pure function: what happened to a model makes the next model and what is to be done. */
import type { MessageView } from "@quicprochat/client";
import { choose, orderConversations } from "./choosing.ts";
import { type ChatEvent, type Conversation, type Model, type Step, withNotice } from "./model.ts";
import { onKey } from "./on-key.ts";
import { paneRows } from "./pane.ts";
import { scrollBy, showOverlay } from "./scrolling.ts";

export function update(model: Model, event: ChatEvent): Step {
  switch (event.kind) {
    case "key":
      return onKey(model, event.key);
    case "resized":
      return scrollBy({ ...model, size: event.size }, 0);
    case "time":
      return still(atTime(model, event.now));
    case "connection":
      return still({ ...model, connection: event.connection });
    case "conversations":
      return onConversations(model, event.conversations);
    case "loaded":
      if (event.conversation !== model.open) return still(model);
      return still({ ...model, views: event.views, complete: event.complete });
    case "message":
      return onMessage(model, event.view);
    case "chosen":
      return choose(model, event.conversation);
    case "overlay":
      return still(showOverlay(model, event.overlay));
    case "notice":
      return still(withNotice(model, event.tone, event.text));
  }
}

const still = (model: Model): Step => ({ model, effects: [] });

function atTime(model: Model, now: number): Model {
  const over = model.notice !== undefined && model.notice.until <= now;
  return { ...model, now, notice: over ? undefined : model.notice };
}

function onConversations(model: Model, conversations: readonly Conversation[]): Step {
  const next = { ...model, conversations: orderConversations(conversations) };
  if (next.conversations.some(({ conversation }) => conversation === model.open)) return still(next);
  const [first] = next.conversations;
  return first === undefined ? still({ ...next, open: undefined, views: [] }) : choose(next, first.conversation);
}

function onMessage(model: Model, view: MessageView): Step {
  if (view.conversation !== model.open) return still(model);
  const at = model.views.findLastIndex(({ message }) => message === view.message);
  if (at >= 0) return still({ ...model, views: model.views.with(at, view) });
  const next = { ...model, views: [...model.views, view] };
  if (model.overlay !== undefined) return still({ ...next, below: model.below + 1 });
  if (model.scroll === 0) return { model: next, effects: [{ kind: "read", conversation: view.conversation }] };
  // Whoever reads older messages keeps them in sight.
  const added = paneRows(next).length - paneRows(model).length;
  return still({ ...next, scroll: model.scroll + added, below: model.below + 1 });
}
