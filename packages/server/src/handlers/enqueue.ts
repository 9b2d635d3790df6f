/** 200 enqueue: one sealed cell to many addresses, with an outcome for each. docs/protocol.md, "Enqueue". */
import { toHex } from "@quicprochat/bytes";
import { sha256 } from "@quicprochat/crypto";
import {
  type EnqueueItem,
  type EnqueueOutcome,
  enqueueOutcomes,
  type methods,
  limits as protocolLimits,
  RefusalError,
  validCellSize,
} from "@quicprochat/protocol";
import type { Handler } from "../call-context.ts";
import { expiryHour } from "../hours.ts";
import { spend } from "../rate-limit/rates.ts";
import { requireLength } from "../require.ts";

export const enqueue: Handler<typeof methods.enqueue> = async (request, { server, peer }) => {
  const { items, body, ttlHours } = request;
  const to = peer.connectionClass === "errand" ? "doors" : "mailboxes";
  if (!validCellSize(body.length)) throw new RefusalError("wrong_size");
  if (to === "doors" && body.length < protocolLimits.doorCellBytesMin) throw new RefusalError("wrong_size");
  requireItems(items);
  peer.devoteToDoors(items.map(({ address }) => address));
  const now = server.now();
  spend(server.rates.storedBytes, peer.prefix, now, body.length * items.length);
  for (const { address } of items) spend(server.rates.enqueues, toHex(address), now);
  const outcomes = await server.store.enqueue({
    to,
    body,
    items: items.map(({ id, address, doorKey }) => ({
      id,
      address,
      doorKeyHash: doorKey.length === 0 ? null : sha256(doorKey),
    })),
    expiresHour: expiryHour(server.calendar.hour(), ttlOf(ttlHours)),
    caps: server.limits,
  });
  for (const outcome of outcomes) server.metrics.enqueued(outcome, body.length);
  for (const [at, item] of items.entries()) if (outcomes[at] === "stored") server.wakes.notify(item.address);
  return { outcomes: outcomes.map(numberOf) };
};

function requireItems(items: readonly EnqueueItem[]): void {
  if (items.length === 0) throw new RefusalError("malformed");
  if (items.length > protocolLimits.enqueueAddressesMax) throw new RefusalError("too_large");
  for (const { id, address, doorKey } of items) {
    requireLength(id, protocolLimits.messageIdBytes);
    requireLength(address, protocolLimits.addressBytes);
    requireLength(doorKey, 0, protocolLimits.doorKeyBytes);
  }
  const distinct = new Set(items.map(({ address }) => toHex(address)));
  if (distinct.size !== items.length) throw new RefusalError("malformed");
}

const ttlOf = (hours: number): number =>
  hours === 0 ? protocolLimits.mailboxTtlHours : Math.min(hours, protocolLimits.mailboxTtlHours);

const numberOf = (outcome: EnqueueOutcome): number => enqueueOutcomes.indexOf(outcome);
