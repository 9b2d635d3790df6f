/** What is to be sent next: the rows that wait, by address, each address in the order in which its rows were made. */
import { toHex } from "@quicprochat/bytes";
import { limits } from "../limits.ts";
import type { Draft } from "../step/draft.ts";
import { type OutboxRow, outboxRows } from "./outbox-row.ts";

export type Waiting = { readonly key: Uint8Array; readonly row: OutboxRow };
export type Batch = { readonly address: string; readonly waiting: readonly Waiting[] };

/** Of each address at most as many as are sent at once. `mayTry`: whether an address may be tried now; one that was full waits a while. */
export function planDelivery(draft: Draft, mayTry: (address: string) => boolean): Batch[] {
  const batches = new Map<string, Waiting[]>();
  for (const { key, value: row } of draft.list(outboxRows)) {
    const address = toHex(row.address);
    const batch = batches.get(address);
    if (batch === undefined) batches.set(address, [{ key, row }]);
    else if (batch.length < limits.batchRowsMax) batch.push({ key, row });
  }
  return Array.from(batches, ([address, waiting]) => ({ address, waiting })).filter(({ address }) => mayTry(address));
}
