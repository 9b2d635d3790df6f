/** Members whose name nobody has vouched for yet, and those to whom it does not belong. docs/protocol.md, "Identities". */
import { concatBytes, toUtf8 } from "@quicprochat/bytes";
import { codec, readBytes, readText, readWord, writeText, writeWord } from "../step/codec.ts";
import type { Draft } from "../step/draft.ts";
import { table } from "../step/table.ts";

/** Append only. `unconfirmed`: the directory is still to be asked. `denied`: it names another root. */
const verdicts = ["unconfirmed", "denied"] as const;

export type Doubt = {
  readonly groupId: Uint8Array;
  readonly user: string;
  readonly rootKey: Uint8Array;
  readonly verdict: (typeof verdicts)[number];
};

/** Key: the group's id, then the name. */
export const doubts = table(
  "doubt",
  codec<Doubt>({
    version: 1,
    write: (writer, { groupId, user, rootKey, verdict }) =>
      writeWord(writeText(writer.vector32(groupId), user).vector32(rootKey), verdicts, verdict),
    read: (reader) => ({
      groupId: readBytes(reader),
      user: readText(reader),
      rootKey: readBytes(reader),
      verdict: readWord(reader, verdicts),
    }),
  }),
  { resident: true },
);

const keyOf = ({ groupId, user }: Pick<Doubt, "groupId" | "user">): Uint8Array => concatBytes(groupId, toUtf8(user));

/** Of one group, or of all. */
export const doubtsIn = (draft: Draft, groupId?: Uint8Array): Doubt[] =>
  draft.list(doubts, groupId).map(({ value }) => value);

export const doubtOf = (draft: Draft, groupId: Uint8Array, user: string): Doubt | undefined =>
  draft.get(doubts, keyOf({ groupId, user }));

export const putDoubt = (draft: Draft, doubt: Doubt): void => draft.put(doubts, keyOf(doubt), doubt);

export const dropDoubt = (draft: Draft, doubt: Pick<Doubt, "groupId" | "user">): void =>
  draft.delete(doubts, keyOf(doubt));

/** No user name holds a blank or a bracket. */
export const deniedName = (user: string): string => `${user} (impostor)`;
