/** A conversation as the vault keeps it: what people see of it, and which MLS group carries it now. */
import type { Reader, Writer } from "@quicprochat/bytes";
import {
  codec,
  readBytes,
  readCount,
  readMany,
  readText,
  readWord,
  writeCount,
  writeMany,
  writeText,
  writeWord,
} from "../step/codec.ts";
import { table } from "../step/table.ts";

const kinds = ["direct", "group"] as const;
export type ConversationKind = (typeof kinds)[number];

export type Conversation = {
  /** 16 bytes, the same for all members. */
  readonly id: Uint8Array;
  readonly kind: ConversationKind;
  /** Of a direct conversation: the other's user name. */
  readonly title: string;
  /** The MLS group that new messages go to. */
  readonly groupId: Uint8Array;
  /** Lamport clock: the highest counter seen. */
  readonly counter: bigint;
  /** Ids of the newest messages seen, to be the parents of the next. */
  readonly heads: readonly Uint8Array[];
  readonly unread: number;
  readonly createdAt: number;
};

/** Key: the conversation's id. */
export const conversations = table("conversation", codec<Conversation>({ version: 1, write, read }), {
  resident: true,
});

function write(writer: Writer, conversation: Conversation): void {
  writer.vector32(conversation.id);
  writeWord(writer, kinds, conversation.kind);
  writeText(writer, conversation.title).vector32(conversation.groupId).u64(conversation.counter);
  writeMany(writer, conversation.heads, (inner, head) => inner.vector32(head));
  writeCount(writer.u32(conversation.unread), conversation.createdAt);
}

function read(reader: Reader): Conversation {
  return {
    id: readBytes(reader),
    kind: readWord(reader, kinds),
    title: readText(reader),
    groupId: readBytes(reader),
    counter: reader.u64(),
    heads: readMany(reader, readBytes),
    unread: reader.u32(),
    createdAt: readCount(reader),
  };
}
