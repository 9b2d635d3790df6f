/** An MLS group as the vault keeps it beside the engine's own state: its envelope secrets and its place in the slot chain. */
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

/**
 * Append only. `founding`: nobody else knows it yet; `superseded`: another group carries the conversation; `declined`: the
 * other is not who they said.
 */
const statuses = ["founding", "active", "superseded", "stuck", "removed", "declined"] as const;
export type GroupStatus = (typeof statuses)[number];

export type Group = {
  readonly groupId: Uint8Array;
  readonly conversationId: Uint8Array;
  readonly title: string;
  readonly status: GroupStatus;
  readonly epoch: bigint;
  /** The attempt of this epoch's slot that is next to be read or written; earlier ones were void. */
  readonly attempt: number;
  /** When a commit of our own is due that brings fresh keys and our mailbox; 0 when none is. */
  readonly refreshDueAt: number;
};

/** Key: the group's id. */
export const groups = table("group", codec<Group>({ version: 1, write, read }), { resident: true });

function write(writer: Writer, group: Group): void {
  writer.vector32(group.groupId).vector32(group.conversationId);
  writeWord(writeText(writer, group.title), statuses, group.status);
  writeCount(writer.u64(group.epoch).u32(group.attempt), group.refreshDueAt);
}

function read(reader: Reader): Group {
  return {
    groupId: readBytes(reader),
    conversationId: readBytes(reader),
    title: readText(reader),
    status: readWord(reader, statuses),
    epoch: reader.u64(),
    attempt: reader.u32(),
    refreshDueAt: readCount(reader),
  };
}

/** What the client keeps of the exporter: gate_n of the current epoch, env_n of it and of the past epochs kept. */
export type EpochSecrets = { readonly gate: Uint8Array; readonly envelopes: readonly Envelope[] };

export type Envelope = {
  readonly epoch: bigint;
  /** env_n. */
  readonly secret: Uint8Array;
  readonly enteredAt: number;
  /** Who sat at which leaf in that epoch: a later one may have given the leaf to somebody else. */
  readonly senders: readonly Sender[];
};

export type Sender = { readonly leafIndex: number; readonly user: string; readonly deviceId: Uint8Array };

/** Under the group's own key. Key: the group's id. */
export const epochSecrets = table(
  "epoch-secrets",
  codec<EpochSecrets>({
    version: 1,
    write: (writer, { gate, envelopes }) => {
      writer.vector32(gate);
      writeMany(writer, envelopes, writeEnvelope);
    },
    read: (reader) => ({
      gate: readBytes(reader),
      envelopes: readMany(reader, readEnvelope),
    }),
  }),
  { scoped: true, resident: true },
);

function writeEnvelope(writer: Writer, { epoch, secret, enteredAt, senders }: Envelope): void {
  writeCount(writer.u64(epoch).vector32(secret), enteredAt);
  writeMany(writer, senders, (inner, { leafIndex, user, deviceId }) => {
    writeText(inner.u32(leafIndex), user).vector32(deviceId);
  });
}

function readEnvelope(reader: Reader): Envelope {
  return {
    epoch: reader.u64(),
    secret: readBytes(reader),
    enteredAt: readCount(reader),
    senders: readMany(reader, (inner) => ({
      leafIndex: inner.u32(),
      user: readText(inner),
      deviceId: readBytes(inner),
    })),
  };
}
