/** The Enter key: a message to the open conversation, or a command. */
import { limits } from "../limits.ts";
import { draftText, emptyDraft } from "../terminal/line-editor.ts";
import {
  type Conversation,
  type Effect,
  type Model,
  type Overlay,
  openConversation,
  type Step,
  withNotice,
} from "./model.ts";
import { showOverlay, toNewest } from "./scrolling.ts";
import { parseSlashCommand, type SlashCommand } from "./slash-command.ts";

export function enter(model: Model): Step {
  const text = draftText(model.draft).trimEnd();
  if (text === "") return toNewest(model);
  const entered = [...model.entered, text].slice(-limits.sentLinesKept);
  const next = toNewest({ ...model, draft: emptyDraft, entered, recalled: undefined, notice: undefined });
  const followed = follow(next.model, parseSlashCommand(text) ?? { kind: "text", text });
  // What was wrong stays, to be put right.
  if (typeof followed === "string") return { model: withNotice(model, "error", followed), effects: [] };
  return { model: followed.model, effects: [...next.effects, ...followed.effects] };
}

/** The step, or why there is none. */
function follow(model: Model, command: SlashCommand): Step | string {
  const open = openConversation(model);
  const does = (effect: Effect): Step => ({ model, effects: [effect] });
  const shows = (overlay: Overlay): Step => ({ model: showOverlay(model, overlay), effects: [] });
  switch (command.kind) {
    case "wrong":
      return command.text;
    case "quit":
      return does({ kind: "quit" });
    case "help":
      return shows({ kind: "help" });
    case "invite":
      return model.invite === undefined ? "Ask the server's owner for it." : shows({ kind: "invite" });
    case "direct":
      return does({ kind: "direct", name: command.name });
    case "group":
      return does({ kind: "group", title: command.title, names: command.names });
    case "text":
    case "members":
    case "search":
    case "add":
      return open === undefined
        ? "There is nobody here yet. /dm NAME opens a conversation."
        : followIn(open, command, does);
  }
}

type Here = Extract<SlashCommand, { kind: "text" | "members" | "search" | "add" }>;

/** What concerns the conversation that is open. */
function followIn(open: Conversation, command: Here, does: (effect: Effect) => Step): Step | string {
  const { conversation } = open;
  switch (command.kind) {
    case "text":
      return does({ kind: "post", conversation, text: command.text });
    case "members":
      return does({ kind: "members", conversation });
    case "search":
      return does({ kind: "search", conversation, words: command.words });
    case "add":
      if (open.kind === "direct") return "Two people talk here. /group TITLE NAME... begins a group.";
      return does({ kind: "add", conversation, names: command.names });
  }
}
