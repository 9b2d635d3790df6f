/** What the engine tells whoever listens. */
import type { MessageView } from "../history/message.ts";

export type EngineEvent =
  /** A message that was not there before, received or own. */
  | { readonly kind: "message"; readonly message: MessageView }
  /** An own message that has come further. */
  | { readonly kind: "message-changed"; readonly message: MessageView }
  /** A conversation that is new or has changed. */
  | { readonly kind: "conversation"; readonly conversation: string }
  | {
      readonly kind: "connection";
      readonly state: "connecting" | "online" | "offline";
      readonly reason?: string;
    }
  /** Something that a person should know. */
  | { readonly kind: "notice"; readonly text: string };
