/** One sealed cell on its way to one address: what is known of it in one table, and in another the cell. */
import { codec, readBytes, readFlag, readText, readWord, writeFlag, writeText, writeWord } from "../step/codec.ts";
import type { Draft } from "../step/draft.ts";
import { table } from "../step/table.ts";

/** Append only. Only a message may be encrypted anew; the others are as their commit made them. */
const purposes = ["message", "notice", "welcome"] as const;

export type OutboxRow = {
  readonly purpose: (typeof purposes)[number];
  /** The server stores one cell for each id and address: a retry has no second effect. */
  readonly id: Uint8Array;
  readonly address: Uint8Array;
  /** A door is written on an errand, a private mailbox on a connection of class `send`. */
  readonly door: boolean;
  /** 16 bytes, or none: of a door. */
  readonly doorKey: Uint8Array;
  readonly groupId: Uint8Array;
  readonly epoch: bigint;
  readonly user: string;
  readonly deviceId: Uint8Array;
  /** Of a message: its key in the history. */
  readonly messageKey: Uint8Array;
};

export type OutboxCell = OutboxRow & { readonly cell: Uint8Array };

/** Key: a counter; rows leave in its order. In memory, for each delivery looks at all. */
export const outboxRows = table(
  "outbox",
  codec<OutboxRow>({
    version: 1,
    write: (writer, row) => {
      writeWord(writer, purposes, row.purpose).vector32(row.id).vector32(row.address);
      writeFlag(writer, row.door).vector32(row.doorKey).vector32(row.groupId).u64(row.epoch);
      writeText(writer, row.user).vector32(row.deviceId).vector32(row.messageKey);
    },
    read: (reader) => ({
      purpose: readWord(reader, purposes),
      id: readBytes(reader),
      address: readBytes(reader),
      door: readFlag(reader),
      doorKey: readBytes(reader),
      groupId: readBytes(reader),
      epoch: reader.u64(),
      user: readText(reader),
      deviceId: readBytes(reader),
      messageKey: readBytes(reader),
    }),
  }),
  { resident: true },
);

/** Key: that of the row. */
export const outboxCells = table("outbox-cell", {
  encode: (cell: Uint8Array) => cell,
  decode: (cell: Uint8Array) => cell,
});

export function dropRow(draft: Draft, key: Uint8Array): void {
  draft.delete(outboxRows, key);
  draft.delete(outboxCells, key);
}
