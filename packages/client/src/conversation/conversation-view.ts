/** A conversation and its members as the engine shows them. Ids are hex. */
import type { MessageView } from "../history/message.ts";
import type { ConversationKind } from "./conversation.ts";

export type ConversationView = {
  readonly conversation: string;
  readonly kind: ConversationKind;
  /** Of a direct conversation: the other's name. */
  readonly title: string;
  readonly unread: number;
  /** User names, each once. */
  readonly members: readonly string[];
  /** Those of whom the directory has not said yet that the name is theirs. */
  readonly unconfirmed?: readonly string[];
  readonly epoch: string;
  readonly lastMessage?: MessageView;
};

export type MemberView = {
  readonly user: string;
  readonly device: string;
  readonly role: string;
  /** Whether the safety number was compared. */
  readonly verified: boolean;
};
