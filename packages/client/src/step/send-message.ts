/** Encrypts a message in MLS and seals it for each member's device: ratchet, outbox and history change together. */
import { toUtf8 } from "@quicprochat/bytes";
import { encrypt } from "@quicprochat/mls";
import { limits as protocolLimits } from "@quicprochat/protocol";
import { type Conversation, conversations } from "../conversation/conversation.ts";
import { epochSecrets, groups } from "../conversation/group.ts";
import type { Member } from "../conversation/members.ts";
import { type Content, encodeContent, type TextBody } from "../envelope/content.ts";
import { Failure } from "../failure.ts";
import { type Message, messageKey } from "../history/message.ts";
import { recordMessage } from "../history/record-message.ts";
import { endMessage } from "../outbox/message-progress.ts";
import { queueGroupCell } from "../outbox/queue-cell.ts";
import { othersOf } from "./adopt-commit.ts";
import type { Draft } from "./draft.ts";
import { stateName } from "./group-states.ts";
import type { Self } from "./self.ts";

type Text = { readonly conversationId: Uint8Array; readonly text: string };

const COUNTER_MAX = 2n ** 64n - 1n;
const EMPTY = new Uint8Array(0);

/** Throws `Failure` when the text is too large or the conversation takes none. */
export function sendText(draft: Draft, self: Self, { conversationId, text }: Text): Message {
  if (toUtf8(text).length > protocolLimits.textBytesMax) {
    throw new Failure("message_too_large", "A message may have 60,000 bytes. Send it in parts.");
  }
  const conversation = draft.get(conversations, conversationId);
  const group = conversation === undefined ? undefined : draft.get(groups, conversation.groupId);
  if (conversation === undefined || group === undefined) throw unknownConversation();
  if (group.status !== "active") throw new Failure("conversation_closed", closedText(conversation));
  const message: Message = {
    conversationId,
    counter: conversation.counter < COUNTER_MAX ? conversation.counter + 1n : COUNTER_MAX,
    id: draft.random(protocolLimits.messageIdBytes),
    from: self.user,
    deviceId: self.deviceId,
    own: true,
    sentAt: draft.now,
    receivedAt: draft.now,
    text,
    state: "pending",
    parents: conversation.heads,
    epoch: group.epoch,
  };
  recordMessage(draft, conversation, message);
  sealMessage(draft, { message, groupId: group.groupId, isRecipient: () => true });
  return message;
}

type Sealing = {
  readonly message: Message;
  readonly groupId: Uint8Array;
  readonly isRecipient: (member: Member) => boolean;
};

/** A message that nobody is left to get counts as stored. */
export function sealMessage(draft: Draft, { message, groupId, isRecipient }: Sealing): void {
  const state = draft.state(stateName(groupId));
  const [envelope] = draft.get(epochSecrets, groupId)?.envelopes ?? [];
  if (state === undefined || envelope === undefined) throw new Failure("conversation_closed", "This group is over.");
  const key = messageKey(message);
  const recipients = othersOf(state).filter(isRecipient);
  if (recipients.length === 0) return endMessage(draft, key, "stored");
  const encrypted = encrypt(state, {
    data: encodeContent(contentOf(message)),
    authenticatedData: EMPTY,
    paddingBytes: 0,
    random: draft.random,
  });
  if (encrypted.kind === "refused") throw new Failure("conversation_closed", encrypted.refusal.code);
  draft.groups.adopt(stateName(groupId), encrypted.state, encrypted.changed);
  for (const member of recipients) {
    queueGroupCell(draft, member, {
      purpose: "message",
      groupId,
      epoch: envelope.epoch,
      messageKey: key,
      secret: envelope.secret,
      content: { kind: "mls-message", message: encrypted.message },
    });
  }
  // Nobody of them has an address that can be read.
  endMessage(draft, key, "failed");
}

const contentOf = ({ id, counter, parents, sentAt, text }: Message): Content<TextBody> => ({
  id,
  counter,
  parents,
  sentAt,
  body: { kind: "text", text },
});

export const unknownConversation = (): Failure =>
  new Failure("unknown_conversation", 'There is no such conversation. "qpc group list" shows those there are.');

const closedText = ({ title }: Conversation): string =>
  `Nothing can be sent to ${title} any more: this device is no longer part of it.`;
