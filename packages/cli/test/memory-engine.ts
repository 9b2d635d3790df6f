/** A small engine without a network: conversations in memory, so that the chat can be tried and tested alone. */
import type { EngineEvent, MessageView } from "@quicprochat/client";
import type { ChatEngine } from "../src/chat/run-chat.ts";

type Conversation = ReturnType<ChatEngine["conversations"]>[number];
type Kept = { readonly conversation: Conversation; readonly views: MessageView[] };

export class MemoryEngine implements ChatEngine {
  readonly identity: ChatEngine["identity"];
  readonly #kept = new Map<string, Kept>();
  readonly #listeners = new Set<(event: EngineEvent) => void>();
  readonly #now: () => number;
  #serial = 0;

  constructor(user: string, now: () => number) {
    this.#now = now;
    const server = { address: "chat.example:5001", id: "00".repeat(32), fingerprint: "1111 2222" };
    this.identity = { user, device: "0a".repeat(16), fingerprint: "3333 4444", server };
  }

  start(): void {
    this.#tell({ kind: "connection", state: "online" });
  }

  status(): ReturnType<ChatEngine["status"]> {
    return {
      connected: true,
      transport: "memory",
      keyExchange: "X25519MLKEM768",
      profile: "standard",
      clockSkewMs: 0,
      outboxPending: 0,
    };
  }

  on(listener: (event: EngineEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async direct(name: string): Promise<{ conversation: string }> {
    if (!/^[a-z0-9]+$/.test(name))
      throw Object.assign(new Error(`There is no user ${name}.`), { code: "unknown_user" });
    return { conversation: this.#make("direct", name, [this.identity.user, name]) };
  }

  async createGroup(title: string, names: readonly string[]): ReturnType<ChatEngine["createGroup"]> {
    const members = [this.identity.user, ...names];
    return { conversation: this.#make("group", title, members), title, members };
  }

  async addMembers(id: string, names: readonly string[]): Promise<{ epoch: string }> {
    const kept = this.#of(id);
    const members = [...kept.conversation.members, ...names];
    this.#kept.set(id, { ...kept, conversation: { ...kept.conversation, members } });
    return { epoch: "2" };
  }

  members(id: string): ReturnType<ChatEngine["members"]> {
    return this.#of(id).conversation.members.map((user) => ({
      user,
      device: "0b".repeat(16),
      role: "member",
      verified: false,
    }));
  }

  conversations(): readonly Conversation[] {
    return Array.from(this.#kept.values(), ({ conversation, views }) => {
      const lastMessage = views.at(-1);
      return lastMessage === undefined ? conversation : { ...conversation, lastMessage };
    });
  }

  history(id: string, { search, limit = 1_000 }: { search?: string; limit?: number } = {}): readonly MessageView[] {
    const { views } = this.#of(id);
    return views.filter(({ text }) => search === undefined || text.includes(search)).slice(-limit);
  }

  markRead(id: string): void {
    const kept = this.#of(id);
    this.#kept.set(id, { ...kept, conversation: { ...kept.conversation, unread: 0 } });
  }

  post(id: string, text: string): MessageView {
    const view = this.#view(id, { from: this.identity.user, text, state: "pending" });
    const { views } = this.#of(id);
    views.push(view);
    setTimeout(() => {
      const stored: MessageView = { ...view, state: "stored" };
      views[views.indexOf(view)] = stored;
      this.#tell({ kind: "message-changed", message: stored });
    }, 200).unref();
    return view;
  }

  /** As if somebody else had sent it. */
  receive(id: string, from: string, text: string): void {
    const view = this.#view(id, { from, text, state: "received" });
    const { views, conversation } = this.#of(id);
    views.push(view);
    this.#kept.set(id, { views, conversation: { ...conversation, unread: conversation.unread + 1 } });
    this.#tell({ kind: "message", message: view });
  }

  #view(conversation: string, { from, text, state }: Pick<MessageView, "from" | "text" | "state">): MessageView {
    const at = this.#now();
    const message = (this.#serial++).toString(16).padStart(32, "0");
    const own = from === this.identity.user;
    return { message, conversation, from, device: "0a".repeat(16), own, sentAt: at, receivedAt: at, text, state };
  }

  #make(kind: Conversation["kind"], title: string, members: readonly string[]): string {
    const id = (this.#serial++).toString(16).padStart(32, "0");
    this.#kept.set(id, { conversation: { conversation: id, kind, title, unread: 0, members, epoch: "1" }, views: [] });
    this.#tell({ kind: "conversation", conversation: id });
    return id;
  }

  #of(id: string): Kept {
    const kept = this.#kept.get(id);
    if (kept === undefined) throw Object.assign(new Error("No such conversation."), { code: "unknown_conversation" });
    return kept;
  }

  #tell(event: EngineEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}
