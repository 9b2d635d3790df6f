/** A chat without engine and terminal: what happened to it, what it wants done, and what it shows. */
import type { ChatEvent, Conversation, Effect, Model } from "../src/chat/model.ts";
import { initialModel } from "../src/chat/model.ts";
import { render } from "../src/chat/render.ts";
import { update } from "../src/chat/update.ts";
import { KeyDecoder } from "../src/terminal/keys.ts";
import { rowText, type Size } from "../src/terminal/screen.ts";

type MessageView = Model["views"][number];

/** 09:41 on a Sunday, in UTC. */
export const MORNING: number = Date.UTC(2026, 4, 17, 9, 41);

export class Story {
  model: Model;
  /** What came of all events so far. */
  readonly effects: Effect[] = [];

  constructor(size: Size = { columns: 80, rows: 24 }, invite?: string) {
    const server = "chat.example:5001";
    this.model = initialModel({ user: "alice", server, invite, size, now: MORNING, timeZone: "UTC" });
  }

  happens(...events: readonly ChatEvent[]): this {
    for (const event of events) {
      const step = update(this.model, event);
      this.model = step.model;
      this.effects.push(...step.effects);
    }
    return this;
  }

  /** Keys as the terminal sends them; an ESC at the end is the Escape key. */
  types(bytes: string): this {
    const decoder = new KeyDecoder();
    const keys = [...decoder.decode(Buffer.from(bytes)), ...decoder.flush()];
    return this.happens(...keys.map((key): ChatEvent => ({ kind: "key", key })));
  }

  /** The effects since the last call. */
  takeEffects(): Effect[] {
    return this.effects.splice(0);
  }

  /** The rows of the screen as text. */
  rows(): string[] {
    return render(this.model).rows.map(rowText);
  }

  screen(): string {
    return this.rows().join("\n");
  }
}

let serial = 0;

export function message(conversation: string, text: string, parts: Partial<MessageView> = {}): MessageView {
  const from = parts.from ?? "bob";
  const at = parts.sentAt ?? MORNING;
  return {
    message: (serial++).toString(16).padStart(32, "0"),
    conversation,
    from,
    device: "0a".repeat(16),
    own: from === "alice",
    sentAt: at,
    receivedAt: at,
    text,
    state: from === "alice" ? "stored" : "received",
    ...parts,
  };
}

export function direct(name: string, parts: Partial<Conversation> = {}): Conversation {
  return { conversation: name, kind: "direct", title: name, unread: 0, members: ["alice", name], epoch: "1", ...parts };
}

export function group(title: string, members: readonly string[], parts: Partial<Conversation> = {}): Conversation {
  return { conversation: title, kind: "group", title, unread: 0, members, epoch: "1", ...parts };
}

/** A story with conversations, the first of them open and loaded with these texts from the other side. */
export function storyOf(conversations: readonly Conversation[], texts: readonly string[] = [], size?: Size): Story {
  const story = new Story(size);
  story.happens({ kind: "connection", connection: { state: "online", detail: "X25519MLKEM768" } });
  story.happens({ kind: "conversations", conversations });
  const conversation = story.model.open ?? "";
  const views = texts.map((text) => message(conversation, text));
  story.happens({ kind: "loaded", conversation, views, complete: true });
  story.takeEffects();
  return story;
}
