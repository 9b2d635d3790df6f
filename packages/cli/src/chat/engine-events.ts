/** What the engine tells, as events of the chat. */
import type { Engine, EngineEvent } from "@quicprochat/client";
import type { ChatEvent } from "./model.ts";

export function eventsOf(event: EngineEvent, engine: Pick<Engine, "status">): ChatEvent[] {
  switch (event.kind) {
    case "message":
    case "message-changed":
      return [{ kind: "message", view: event.message }];
    case "connection": {
      const detail = event.state === "online" ? (engine.status().keyExchange ?? "") : (event.reason ?? "");
      return [{ kind: "connection", connection: { state: event.state, detail } }];
    }
    case "notice":
      return [{ kind: "notice", tone: "info", text: event.text }];
    case "conversation":
      // The list is read anew with the next frame.
      return [];
  }
}
