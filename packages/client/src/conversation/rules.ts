/** The GroupContext extension 0xF0A2 of a group's state. */
import { type GroupState, groupContextExtension } from "@quicprochat/mls";
import { type ConversationRules, decodeConversationRules, extensionTypes } from "../envelope/extensions.ts";
import { unlessMalformed } from "./members.ts";

/** `undefined` when the group has none that can be read. */
export function rulesOf(state: GroupState): ConversationRules | undefined {
  const data = groupContextExtension(state, extensionTypes.conversation);
  return data === undefined ? undefined : decodeRules(data);
}

export const decodeRules = (data: Uint8Array): ConversationRules | undefined =>
  unlessMalformed(() => decodeConversationRules(data));
