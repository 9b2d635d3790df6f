/** An MLS message out of a group cell: decrypted, checked against its envelope, and put into its conversation once. */
import { processMessage } from "@quicprochat/mls";
import { conversations } from "../conversation/conversation.ts";
import { epochSecrets, type Group } from "../conversation/group.ts";
import { unlessMalformed } from "../conversation/members.ts";
import { decodeContent } from "../envelope/content.ts";
import type { Message } from "../history/message.ts";
import { isKnownMessage, recordMessage } from "../history/record-message.ts";
import { limits } from "../limits.ts";
import type { Draft } from "../step/draft.ts";
import { stateName } from "../step/group-states.ts";

/** `epoch`: of the envelope. */
type Sealed = { readonly message: Uint8Array; readonly epoch: bigint };

export function receiveContent(draft: Draft, group: Group, opened: Sealed): void {
  const state = draft.state(stateName(group.groupId));
  if (state === undefined) return;
  const processed = processMessage(state, opened.message, {});
  // Commits come by their slots alone; whatever else there may be has no effect.
  if (processed.kind !== "application") return;
  draft.groups.adopt(stateName(group.groupId), processed.state, processed.changed);
  if (processed.epoch !== opened.epoch) return;
  const content = unlessMalformed(() => decodeContent(processed.data));
  const sender = draft
    .get(epochSecrets, group.groupId)
    ?.envelopes.find(({ epoch }) => epoch === processed.epoch)
    ?.senders.find(({ leafIndex }) => leafIndex === processed.sender);
  const conversation = draft.get(conversations, group.conversationId);
  if (content?.body.kind !== "text" || sender === undefined || conversation === undefined) return;
  // Nobody has seen so many messages: it would be the last counter there is, and end the order for all.
  if (content.counter > conversation.counter + limits.counterStepMax) return;
  const message: Message = {
    conversationId: conversation.id,
    counter: content.counter,
    id: content.id,
    from: sender.user,
    deviceId: sender.deviceId,
    own: false,
    sentAt: content.sentAt,
    receivedAt: draft.now,
    text: content.body.text,
    state: "received",
    parents: content.parents,
    epoch: processed.epoch,
  };
  if (!isKnownMessage(draft, message)) recordMessage(draft, conversation, message);
}
