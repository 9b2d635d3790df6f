/** One message as the vault keeps it, own or received. */
import { type Reader, toHex, toUtf8, type Writer } from "@quicprochat/bytes";
import { sha256 } from "@quicprochat/crypto";
import {
  codec,
  readBytes,
  readCount,
  readFlag,
  readMany,
  readText,
  readWord,
  writeCount,
  writeFlag,
  writeMany,
  writeText,
  writeWord,
} from "../step/codec.ts";
import { counterKey, keyOf, table } from "../step/table.ts";

/** Append only. */
const states = ["pending", "stored", "failed", "received"] as const;
export type MessageState = (typeof states)[number];

export type Message = {
  readonly conversationId: Uint8Array;
  readonly counter: bigint;
  readonly id: Uint8Array;
  readonly from: string;
  readonly deviceId: Uint8Array;
  readonly own: boolean;
  /** By the sender's clock, for display only. */
  readonly sentAt: number;
  readonly receivedAt: number;
  readonly text: string;
  readonly state: MessageState;
  readonly parents: readonly Uint8Array[];
  /** The MLS epoch that it was last encrypted in. */
  readonly epoch: bigint;
};

/** Key: `messageKey`, so that a conversation's rows lie in the order shown. */
export const messages = table("message", codec<Message>({ version: 1, write, read }));

type Identified = Pick<Message, "conversationId" | "counter" | "id" | "from">;

/** Counter, then id: the order in which everybody is shown a conversation. The same id from two people is two messages. */
export const messageKey = ({ conversationId, counter, id, from }: Identified): Uint8Array =>
  keyOf(conversationId, counterKey(counter), id, senderTag(from));

/** By its sender's name: who has read a message must not be able to take its place by using its id. */
export const messageIdKey = ({ conversationId, id, from }: Omit<Identified, "counter">): Uint8Array =>
  keyOf(conversationId, senderTag(from), id);

/** Of a fixed size, as every field of a key. */
const senderTag = (user: string): Uint8Array => sha256(toUtf8(user)).subarray(0, 16);

/** Which message an id is, to drop what came twice. Key: `messageIdKey`; value: the message's key. */
export const messageIds = table("message-id", { encode: (key: Uint8Array) => key, decode: (key: Uint8Array) => key });

/** Messages that were not handed out yet. Key: a counter in order of arrival; value: the message's key. */
export const freshMessages = table("fresh", { encode: (key: Uint8Array) => key, decode: (key: Uint8Array) => key });

function write(writer: Writer, message: Message): void {
  writer.vector32(message.conversationId).u64(message.counter).vector32(message.id);
  writeFlag(writeText(writer, message.from).vector32(message.deviceId), message.own);
  writeCount(writeCount(writer, message.sentAt), message.receivedAt);
  writeWord(writeText(writer, message.text), states, message.state);
  writeMany(writer, message.parents, (inner, parent) => inner.vector32(parent)).u64(message.epoch);
}

function read(reader: Reader): Message {
  return {
    conversationId: readBytes(reader),
    counter: reader.u64(),
    id: readBytes(reader),
    from: readText(reader),
    deviceId: readBytes(reader),
    own: readFlag(reader),
    sentAt: readCount(reader),
    receivedAt: readCount(reader),
    text: readText(reader),
    state: readWord(reader, states),
    parents: readMany(reader, readBytes),
    epoch: reader.u64(),
  };
}

/** A message as the engine shows it. Ids are hex, times milliseconds since 1970. */
export type MessageView = {
  readonly message: string;
  readonly conversation: string;
  readonly from: string;
  readonly device: string;
  readonly own: boolean;
  readonly sentAt: number;
  readonly receivedAt: number;
  readonly text: string;
  /** Of an own message: on its way, stored by the server for everybody, or given up. */
  readonly state: MessageState;
};

export const viewOf = (message: Message): MessageView => ({
  message: toHex(message.id),
  conversation: toHex(message.conversationId),
  from: message.from,
  device: toHex(message.deviceId),
  own: message.own,
  sentAt: message.sentAt,
  receivedAt: message.receivedAt,
  text: message.text,
  state: message.state,
});
