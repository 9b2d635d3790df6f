/** Does what the chat decided on, with the engine; what comes of it returns as events. */
import type { Engine } from "@quicprochat/client";
import { describeFailure } from "../failure.ts";
import { limits } from "../limits.ts";
import type { ChatEvent, Effect } from "./model.ts";

export type PerformingEngine = Pick<
  Engine,
  "addMembers" | "conversations" | "createGroup" | "direct" | "history" | "markRead" | "members" | "post"
>;
type EngineEffect = Exclude<Effect, { kind: "quit" | "redraw" }>;
type Tell = (event: ChatEvent) => void;

/** Never rejects: a failure is a notice. */
export async function perform(engine: PerformingEngine, effect: EngineEffect, tell: Tell): Promise<void> {
  try {
    await does(engine, effect, tell);
  } catch (error) {
    tell({ kind: "notice", tone: "error", text: describeFailure(error).message });
  }
}

async function does(engine: PerformingEngine, effect: EngineEffect, tell: Tell): Promise<void> {
  const busy = (text: string): void => tell({ kind: "notice", tone: "info", text });
  switch (effect.kind) {
    case "load": {
      const { conversation, limit } = effect;
      const views = engine.history(conversation, { limit });
      return tell({ kind: "loaded", conversation, views, complete: views.length < limit });
    }
    case "read":
      return engine.markRead(effect.conversation);
    case "post":
      return tell({ kind: "message", view: engine.post(effect.conversation, effect.text) });
    case "direct": {
      busy(`Looking for ${effect.name}.`);
      const { conversation } = await engine.direct(effect.name);
      return opened(engine, conversation, tell);
    }
    case "group": {
      busy(`Making the group ${effect.title}.`);
      const { conversation } = await engine.createGroup(effect.title, effect.names);
      return opened(engine, conversation, tell);
    }
    case "add": {
      busy(`Adding ${effect.names.join(", ")}.`);
      await engine.addMembers(effect.conversation, effect.names);
      return busy(`Added ${effect.names.join(", ")}.`);
    }
    case "members":
      return tell({ kind: "overlay", overlay: { kind: "members", members: engine.members(effect.conversation) } });
    case "search": {
      const { conversation, words } = effect;
      const views = engine.history(conversation, { search: words, limit: limits.searchResultsMax });
      return tell({ kind: "overlay", overlay: { kind: "search", words, views } });
    }
  }
}

function opened(engine: PerformingEngine, conversation: string, tell: Tell): void {
  tell({ kind: "conversations", conversations: engine.conversations() });
  tell({ kind: "chosen", conversation });
  tell({ kind: "notice", tone: "info", text: "Write something, and Enter sends it." });
}
