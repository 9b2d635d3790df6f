/** Rows to put into a store. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import type { Enqueue, Fetched, Store } from "../../src/store/store.ts";

export const bytes = (length: number, fill?: number): Uint8Array =>
  fill === undefined ? new Uint8Array(randomBytes(length)) : new Uint8Array(length).fill(fill);

export const HOUR = 500_000;

/** An account whose devices are listed. */
export async function makeAccount(
  store: Store,
  username: string,
  deviceIds: readonly Uint8Array[] = [bytes(16)],
): Promise<void> {
  await store.createAccount({ username, opaqueRecord: bytes(192), identity: bytes(8) });
  await store.putDeviceList({ username, deviceList: bytes(8), counter: 1n, deviceIds });
}

export async function makeMailbox(store: Store): Promise<Uint8Array> {
  const address = bytes(32);
  await store.createMailbox(address);
  return address;
}

export const smallCaps = {
  mailboxCellsMax: 400,
  mailboxBytesMax: 1_000_000,
  doorOpenCellsMax: 5,
  doorKeyedCellsMax: 20,
};

export type OneCell = {
  readonly address: Uint8Array;
  readonly id?: Uint8Array;
  readonly doorKeyHash?: Uint8Array | null;
};

/** One cell to one private mailbox. */
export const cellTo = (
  { address, id = bytes(16), doorKeyHash = null }: OneCell,
  rest: Partial<Enqueue> = {},
): Enqueue => ({
  to: "mailboxes",
  items: [{ id, address, doorKeyHash }],
  body: bytes(64),
  expiresHour: HOUR + 10,
  caps: smallCaps,
  ...rest,
});

export const fetchAll = async (
  store: Store,
  address: Uint8Array,
  cursor = 0,
  hour = HOUR,
): Promise<Fetched["cells"]> => {
  const fetched = await store.fetch({ address, cursor, cellsMax: 64, bytesMax: 1e9, hour });
  return fetched?.cells ?? [];
};

/** Stores as many at once, and all are taken. */
export async function fill(count: number, store: () => Promise<readonly string[]>): Promise<void> {
  const outcomes = await Promise.all(Array.from({ length: count }, store));
  assert.ok(outcomes.every(([outcome]) => outcome === "stored"));
}
