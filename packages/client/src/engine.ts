/** The engine's public face: everything that a client does without a screen. */
import { fromHex, toHex, toUtf8 } from "@quicprochat/bytes";
import { fingerprint } from "@quicprochat/transport";
import { type Conversation, conversations } from "./conversation/conversation.ts";
import type { ConversationView, MemberView } from "./conversation/conversation-view.ts";
import type { EngineEvent } from "./conversation/engine-event.ts";
import { groups } from "./conversation/group.ts";
import { listConversations, listMembers } from "./conversation/list-conversations.ts";
import { resolveConversation } from "./conversation/resolve.ts";
import { awaitStored } from "./effects/await-stored.ts";
import { addMembers, createGroup, openDirect } from "./effects/invite.ts";
import { type OnlineOptions, Runtime, type RuntimeOptions } from "./effects/runtime.ts";
import { accountFingerprint } from "./envelope/safety-number.ts";
import { Failure } from "./failure.ts";
import { handOut, markRead } from "./history/hand-out.ts";
import { type MessageView, viewOf } from "./history/message.ts";
import { type HistoryOptions, readHistory } from "./history/read-history.ts";
import { outboxRows } from "./outbox/outbox-row.ts";
import { sendText, unknownConversation } from "./step/send-message.ts";

export type Identity = {
  readonly user: string;
  /** Hex. */
  readonly device: string;
  readonly fingerprint: string;
  readonly server: { readonly address: string; readonly id: string; readonly fingerprint: string };
};

export type EngineStatus = {
  readonly connected: boolean;
  readonly transport: string;
  readonly keyExchange: string | undefined;
  /** Of privacy: what the network can see. */
  readonly profile: string;
  /** The server's clock less ours. */
  readonly clockSkewMs: number;
  readonly outboxPending: number;
};

/** Errors that a person may see carry `code`, a text that says what to do next, and `exitCode` where it is not 1. */
export class Engine implements AsyncDisposable {
  readonly identity: Identity;
  readonly #runtime: Runtime;

  constructor(options: RuntimeOptions) {
    const { account } = options;
    this.#runtime = new Runtime(options);
    this.identity = {
      user: account.username,
      device: toHex(account.deviceId),
      fingerprint: accountFingerprint({
        serverId: account.serverId,
        username: account.username,
        rootKey: account.rootKey,
      }),
      server: {
        address: `${account.server.host}:${account.server.port}`,
        id: toHex(account.pin.serverId),
        fingerprint: fingerprint(account.pin.serverId),
      },
    };
  }

  /** Connects, and stays connected. Idempotent. */
  start(): void {
    this.#runtime.start();
  }

  /** Starts, and resolves when connected and everything that the server held was fetched and processed. */
  async online(options: OnlineOptions): Promise<void> {
    await this.#runtime.online(options);
  }

  /** Lets leave what can, then closes connections and vault. Idempotent. */
  async close(): Promise<void> {
    await this.#runtime.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Returns what ends it. */
  on(listener: (event: EngineEvent) => void): () => void {
    return this.#runtime.on(listener);
  }

  status(): EngineStatus {
    const { connected, keyExchange, clockSkewMs } = this.#runtime.links.status();
    const outboxPending = this.#runtime.vault.keys(outboxRows.name).length;
    return { connected, transport: "quic", keyExchange, profile: "standard", clockSkewMs, outboxPending };
  }

  /** The direct conversation with somebody, made if there is none. */
  async direct(name: string): Promise<{ readonly conversation: string }> {
    return { conversation: toHex(await openDirect(this.#runtime, name)) };
  }

  async createGroup(
    title: string,
    names: readonly string[],
  ): Promise<{ readonly conversation: string; readonly title: string; readonly members: readonly string[] }> {
    const conversation = toHex(await createGroup(this.#runtime, title, names));
    const members = this.conversations().find(({ conversation: id }) => id === conversation)?.members ?? [];
    return { conversation, title, members };
  }

  async addMembers(conversation: string, names: readonly string[]): Promise<{ readonly epoch: string }> {
    const { id, groupId } = this.#conversation(conversation);
    await addMembers(this.#runtime, id, names);
    const epoch = this.#runtime.core.look((draft) => draft.get(groups, groupId)?.epoch);
    return { epoch: String(epoch ?? 0n) };
  }

  members(conversation: string): readonly MemberView[] {
    const found = this.#conversation(conversation);
    return this.#runtime.core.look((draft) => listMembers(draft, found));
  }

  /** In the order in which they began. */
  conversations(): readonly ConversationView[] {
    const { core, vault } = this.#runtime;
    return core.look((draft) => listConversations(draft, vault));
  }

  /** The id of the conversation that a person means: an id, a title, or the name of the other. */
  resolve(meant: string): string {
    const resolved = resolveConversation(meant, this.conversations());
    if (resolved.kind === "found") return resolved.conversation;
    if (resolved.kind === "unknown") throw unknownConversation();
    const ids = resolved.ids.join(", ");
    throw new Failure(
      "ambiguous_conversation",
      `Several conversations are called ${meant}: use one of the ids ${ids}.`,
    );
  }

  /** In the order shown: counter, then id. */
  history(conversation: string, options: HistoryOptions = {}): readonly MessageView[] {
    return readHistory(this.#runtime.vault, this.#conversation(conversation).id, options);
  }

  markRead(conversation: string): void {
    const { id, unread } = this.#conversation(conversation);
    if (unread > 0) this.#runtime.core.step((draft) => markRead(draft, id));
  }

  /** Received messages that no call of this has returned before, in order of arrival. */
  takeNew({ limit }: { readonly limit: number }): readonly MessageView[] {
    return this.#runtime.core.step((draft) => handOut(draft, limit));
  }

  /** Durable in the vault when it returns; it leaves as soon as it can. */
  post(conversation: string, text: string): MessageView {
    const { core } = this.#runtime;
    const { id: conversationId } = this.#conversation(conversation);
    return viewOf(core.step((draft) => sendText(draft, core.self, { conversationId, text })));
  }

  /** Resolves when the server has stored it durably for everybody. */
  async send(
    conversation: string,
    text: string,
  ): Promise<{ readonly message: string; readonly conversation: string; readonly epoch: string }> {
    const { core } = this.#runtime;
    this.start();
    this.#runtime.workers.delivery.tryFull();
    const { id: conversationId } = this.#conversation(conversation);
    const message = core.step((draft) => sendText(draft, core.self, { conversationId, text }));
    const { epoch } = await awaitStored(this.#runtime, message);
    return { message: toHex(message.id), conversation: toHex(conversationId), epoch: String(epoch) };
  }

  #conversation(id: string): Conversation {
    const known = /^([0-9a-f]{2})+$/.test(id) ? fromHex(id) : toUtf8(id);
    const found = this.#runtime.core.look((draft) => draft.get(conversations, known));
    if (found === undefined) throw unknownConversation();
    return found;
  }
}
