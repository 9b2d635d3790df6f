/** The sizes that the server can see: cells and slot entries. */
import { limits } from "./limits.ts";

export const validCellSize = (bytes: number): boolean => limits.cellBytes.some((size) => size === bytes);

/** The smallest cell that holds this many bytes; `undefined` when none does. */
export const cellSizeFor = (bytes: number, least: number = 0): number | undefined =>
  limits.cellBytes.find((size) => size >= bytes && size >= least);

const LARGE_ENTRY_STEP = 65_536;
const SMALL_ENTRIES: readonly number[] = [4_096, 16_384];

export const validEntrySize = (bytes: number): boolean => bytes === entrySizeFor(bytes);

/** 4 KiB, 16 KiB, then whole multiples of 64 KiB; `undefined` beyond the largest. */
export function entrySizeFor(bytes: number): number | undefined {
  const small = SMALL_ENTRIES.find((size) => size >= bytes);
  const size = small ?? Math.ceil(bytes / LARGE_ENTRY_STEP) * LARGE_ENTRY_STEP;
  return size <= limits.slotEntryBytesMax ? size : undefined;
}

/** What became of one address of an enqueue, in the order of their numbers. */
export const enqueueOutcomes = ["stored", "mailbox_full", "mailbox_unknown", "door_closed"] as const;
export type EnqueueOutcome = (typeof enqueueOutcomes)[number];
