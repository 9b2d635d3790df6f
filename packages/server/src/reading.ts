/** Fetch, acknowledge and subscribe, which private mailboxes and doors have in common. */
import type { MessageInitShape } from "@bufbuild/protobuf";
import {
  type AcknowledgeRequest,
  type FetchRequest,
  type FetchResponseSchema,
  limits as protocolLimits,
  RefusalError,
} from "@quicprochat/protocol";
import type { ServerContext } from "./call-context.ts";
import { cursorOf } from "./require.ts";

type FetchAnswer = MessageInitShape<typeof FetchResponseSchema>;

export async function fetchCells(
  server: ServerContext,
  address: Uint8Array,
  { cursor, limit }: FetchRequest,
): Promise<FetchAnswer> {
  if (limit < 1 || limit > protocolLimits.fetchCellsMax) throw new RefusalError("malformed");
  const bytesMax = server.limits.fetchBytesMax;
  const read = { address, cursor: cursorOf(cursor), cellsMax: limit, bytesMax, hour: server.calendar.hour() };
  const fetched = await server.store.fetch(read);
  if (fetched === null) throw new RefusalError("mailbox_unknown");
  const cells = fetched.cells.map(({ cursor: at, body }) => ({ cursor: BigInt(at), body }));
  return { cells, more: fetched.more };
}

export async function acknowledgeCells(
  server: ServerContext,
  address: Uint8Array,
  { cursor }: AcknowledgeRequest,
): Promise<void> {
  const read = { address, cursor: cursorOf(cursor) };
  if (!(await server.store.acknowledge(read))) throw new RefusalError("mailbox_unknown");
}

/** Whether cells wait already. */
export async function cellsWait(server: ServerContext, address: Uint8Array): Promise<boolean> {
  const read = { address, cursor: 0, cellsMax: 1, bytesMax: 1, hour: server.calendar.hour() };
  const fetched = await server.store.fetch(read);
  if (fetched === null) throw new RefusalError("mailbox_unknown");
  return fetched.cells.length > 0;
}
