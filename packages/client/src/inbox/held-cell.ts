/** A cell that no epoch of ours opens yet. docs/protocol.md, "Cells": held 7 days, tried again after each epoch. */
import { codec, readBytes, readCount, readFlag, writeCount, writeFlag } from "../step/codec.ts";
import { table } from "../step/table.ts";

export type HeldCell = { readonly body: Uint8Array; readonly door: boolean; readonly heldAt: number };

/** Key: a counter; the oldest gives way. */
export const heldCells = table(
  "held-cell",
  codec<HeldCell>({
    version: 1,
    write: (writer, { body, door, heldAt }) => writeCount(writeFlag(writer.vector32(body), door), heldAt),
    read: (reader) => ({ body: readBytes(reader), door: readFlag(reader), heldAt: readCount(reader) }),
  }),
);
