/** All that the chat's screen depends on, and all that can happen to it. */
import type { Engine, MessageView } from "@quicprochat/client";
import { limits } from "../limits.ts";
import type { Key } from "../terminal/keys.ts";
import { type Draft, emptyDraft } from "../terminal/line-editor.ts";
import type { Size } from "../terminal/screen.ts";

export type Conversation = ReturnType<Engine["conversations"]>[number];
export type Member = ReturnType<Engine["members"]>[number];
export type ConnectionState = { readonly state: "connecting" | "online" | "offline"; readonly detail: string };
export type Notice = { readonly tone: "info" | "error"; readonly text: string; readonly until: number };

/** What stands in place of the messages for a while. */
export type Overlay =
  | { readonly kind: "help" }
  | { readonly kind: "invite" }
  | { readonly kind: "members"; readonly members: readonly Member[] }
  | { readonly kind: "search"; readonly words: string; readonly views: readonly MessageView[] };

export type Model = {
  readonly user: string;
  readonly server: string;
  /** Of the server on this machine, when the chat runs beside it. */
  readonly invite: string | undefined;
  readonly size: Size;
  readonly now: number;
  readonly timeZone: string;
  readonly connection: ConnectionState;
  /** The latest first. */
  readonly conversations: readonly Conversation[];
  readonly open: string | undefined;
  /** Of the open conversation, in the order shown; `complete` when the vault has no older ones. */
  readonly views: readonly MessageView[];
  readonly complete: boolean;
  /** Rows between the newest message's end and the bottom of the screen. */
  readonly scroll: number;
  /** Messages that came while one was scrolled up. */
  readonly below: number;
  readonly overlay: Overlay | undefined;
  readonly draft: Draft;
  /** Of the conversations that are not open. */
  readonly drafts: ReadonlyMap<string, Draft>;
  /** What was entered before, the latest last, and which of it the draft now is. */
  readonly entered: readonly string[];
  readonly recalled: number | undefined;
  readonly notice: Notice | undefined;
};

export type ChatEvent =
  | { readonly kind: "key"; readonly key: Key }
  | { readonly kind: "resized"; readonly size: Size }
  | { readonly kind: "time"; readonly now: number }
  | { readonly kind: "connection"; readonly connection: ConnectionState }
  | { readonly kind: "conversations"; readonly conversations: readonly Conversation[] }
  | {
      readonly kind: "loaded";
      readonly conversation: string;
      readonly views: readonly MessageView[];
      readonly complete: boolean;
    }
  /** A new message, or one whose state changed. */
  | { readonly kind: "message"; readonly view: MessageView }
  | { readonly kind: "chosen"; readonly conversation: string }
  | { readonly kind: "overlay"; readonly overlay: Overlay }
  | { readonly kind: "notice"; readonly tone: Notice["tone"]; readonly text: string };

/** What the shell is to do; whatever comes of it returns as an event. */
export type Effect =
  | { readonly kind: "quit" }
  | { readonly kind: "redraw" }
  | { readonly kind: "load"; readonly conversation: string; readonly limit: number }
  | { readonly kind: "read"; readonly conversation: string }
  | { readonly kind: "post"; readonly conversation: string; readonly text: string }
  | { readonly kind: "direct"; readonly name: string }
  | { readonly kind: "group"; readonly title: string; readonly names: readonly string[] }
  | { readonly kind: "add"; readonly conversation: string; readonly names: readonly string[] }
  | { readonly kind: "members"; readonly conversation: string }
  | { readonly kind: "search"; readonly conversation: string; readonly words: string };

export type Step = { readonly model: Model; readonly effects: readonly Effect[] };

type Start = Pick<Model, "user" | "server" | "invite" | "size" | "now" | "timeZone">;

export function initialModel(start: Start): Model {
  return {
    ...start,
    connection: { state: "connecting", detail: "" },
    conversations: [],
    open: undefined,
    views: [],
    complete: true,
    scroll: 0,
    below: 0,
    overlay: undefined,
    draft: emptyDraft,
    drafts: new Map(),
    entered: [],
    recalled: undefined,
    notice: undefined,
  };
}

export const openConversation = ({ conversations, open }: Model): Conversation | undefined =>
  conversations.find(({ conversation }) => conversation === open);

export function withNotice(model: Model, tone: Notice["tone"], text: string): Model {
  return { ...model, notice: { tone, text, until: model.now + limits.noticeMs } };
}
