/** A cell that no epoch of ours opens yet. docs/protocol.md, "Cells": held 7 days, tried again after each epoch. */
import { Reader } from "@quicprochat/bytes";
import { codec, readBytes, readCount, readFlag, writeFlag } from "../step/codec.ts";
import { counterKey, keyOf, table } from "../step/table.ts";

export type HeldCell = { readonly body: Uint8Array; readonly door: boolean };

/** Key: `heldKey`; the oldest gives way. */
export const heldCells = table(
  "held-cell",
  codec<HeldCell>({
    version: 1,
    write: (writer, { body, door }) => writeFlag(writer.vector32(body), door),
    read: (reader) => ({ body: readBytes(reader), door: readFlag(reader) }),
  }),
);

/** Since when, then a counter: what is over is known without opening it. */
export const heldKey = (heldAt: number, count: Uint8Array): Uint8Array => keyOf(counterKey(BigInt(heldAt)), count);

export const heldSince = (key: Uint8Array): number => readCount(new Reader(key));
