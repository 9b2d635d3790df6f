/** How far a mailbox or the door has been read: stored with what was read, and only then acknowledged. */
import { codec } from "../step/codec.ts";
import { table } from "../step/table.ts";

/** Key: the address. */
export const cursors = table(
  "cursor",
  codec<bigint>({ version: 1, write: (writer, cursor) => writer.u64(cursor), read: (reader) => reader.u64() }),
);
