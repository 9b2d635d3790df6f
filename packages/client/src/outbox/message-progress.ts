/** How far a message has come: how many of its rows still wait, and whether it has reached anybody. */
import { changeMessageState } from "../history/record-message.ts";
import { codec, readFlag, writeFlag } from "../step/codec.ts";
import type { Draft } from "../step/draft.ts";
import { table } from "../step/table.ts";

type Progress = { readonly waiting: number; readonly reached: boolean };

/** Key: the message's. */
export const messageProgress = table(
  "message-progress",
  codec<Progress>({
    version: 1,
    write: (writer, { waiting, reached }) => writeFlag(writer.u32(waiting), reached),
    read: (reader) => ({ waiting: reader.u32(), reached: readFlag(reader) }),
  }),
  { resident: true },
);

const progressOf = (draft: Draft, messageKey: Uint8Array): Progress =>
  draft.get(messageProgress, messageKey) ?? { waiting: 0, reached: false };

export function rowWaits(draft: Draft, messageKey: Uint8Array): void {
  const { waiting, reached } = progressOf(draft, messageKey);
  draft.put(messageProgress, messageKey, { waiting: waiting + 1, reached });
}

/** `reached`: whether the server has stored it for a device of somebody else. */
export function rowLeft(draft: Draft, messageKey: Uint8Array, reached: boolean): void {
  const before = progressOf(draft, messageKey);
  draft.put(messageProgress, messageKey, {
    waiting: Math.max(0, before.waiting - 1),
    reached: before.reached || reached,
  });
}

/** What became of a message of which no row waits: one dead address among several is no failure. */
export function endMessage(draft: Draft, messageKey: Uint8Array, unreached: "stored" | "failed"): void {
  const { waiting, reached } = progressOf(draft, messageKey);
  if (waiting > 0) return;
  draft.delete(messageProgress, messageKey);
  changeMessageState(draft, messageKey, reached ? "stored" : unreached);
}
