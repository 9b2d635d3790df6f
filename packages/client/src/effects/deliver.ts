/** Sends what the outbox holds: each address in order, several addresses at once and in random order. */
import { setImmediate, setTimeout as sleep } from "node:timers/promises";
import { toHex } from "@quicprochat/bytes";
import type { Random } from "@quicprochat/crypto";
import { RefusalError } from "@quicprochat/protocol";
import { limits } from "../limits.ts";
import { type OutboxCell, type OutboxRow, outboxCells } from "../outbox/outbox-row.ts";
import { type Batch, planDelivery, type Waiting } from "../outbox/plan-delivery.ts";
import { renewStaleRows } from "../outbox/renew-stale-rows.ts";
import { type Delivered, settleDelivery } from "../outbox/settle-delivery.ts";
import type { Draft } from "../step/draft.ts";
import type { Core } from "./core.ts";
import type { CellOutcome, Network } from "./network.ts";
import { shuffle } from "./shuffle.ts";
import { SingleFlight } from "./single-flight.ts";

type DeliveryOptions = {
  readonly core: Core;
  readonly network: Pick<Network, "enqueue">;
  readonly random: Random;
  readonly signal: AbortSignal;
  /** Told of a row that waits for room in its recipient's mailbox. */
  readonly onFull: (row: OutboxRow) => void;
  /** Told of what kept rows from leaving; they stay, and somebody must ask for another run. */
  readonly onFailure: (error: unknown) => void;
};

export class Delivery {
  readonly #options: DeliveryOptions;
  readonly #flight = new SingleFlight(() => this.#rounds());
  /** Rows that may have left already: they leave again as they are, never encrypted anew. */
  readonly #attempted = new Set<string>();
  /** Addresses that were full, and until when they rest. */
  readonly #resting = new Map<string, number>();
  readonly #answered: Delivered[] = [];
  #settling: Promise<void> | undefined;

  constructor(options: DeliveryOptions) {
    this.#options = options;
  }

  /** Resolves when every row that waited has left, rests, or could not leave. */
  async run(): Promise<void> {
    await this.#flight.run();
  }

  /** Somebody waits: also addresses that were full a moment ago are tried. */
  tryFull(): void {
    this.#resting.clear();
  }

  async #rounds(): Promise<void> {
    const { core, random, signal, onFailure } = this.#options;
    while (!signal.aborted) {
      core.step((draft) => renewStaleRows(draft, (row) => this.#attempted.has(toHex(row.id))));
      const batches = core.look((draft) => planDelivery(draft, (address) => this.#mayTry(address)));
      if (batches.length === 0) return;
      const failures = await this.#sendAll(shuffle(batches, random));
      const [failure] = failures;
      if (failure !== undefined) return onFailure(failure);
    }
  }

  async #sendAll(batches: readonly Batch[]): Promise<unknown[]> {
    const queue = [...batches];
    const failures: unknown[] = [];
    const worker = async (): Promise<void> => {
      for (let batch = queue.shift(); batch !== undefined; batch = queue.shift()) {
        const failure = await this.#send(batch);
        if (failure !== undefined) failures.push(failure);
      }
    };
    await Promise.all(Array.from({ length: limits.deliveriesAtOnce }, worker));
    return failures;
  }

  /** What went wrong, if anything; outcomes that came before it count. */
  async #send({ address, waiting }: Batch): Promise<unknown> {
    const { core, network, signal, onFull } = this.#options;
    const delivered: Delivered[] = [];
    let failure: unknown;
    const cells = core.look((draft) => waiting.map((one) => cellOf(draft, one)));
    for (const { row } of waiting) this.#attempted.add(toHex(row.id));
    try {
      const onOutcome = (at: number, outcome: CellOutcome): void => {
        const answered = waiting[at];
        if (answered !== undefined) delivered.push({ waiting: answered, outcome });
      };
      await network.enqueue(cells, onOutcome, signal);
      // What was not answered was not sent.
      for (const { row } of waiting) this.#attempted.delete(toHex(row.id));
    } catch (error) {
      failure = await this.#afterFailure(error);
    }
    if (delivered.length > 0) await this.#settle(delivered);
    for (const { waiting: answered, outcome } of delivered) {
      this.#attempted.delete(toHex(answered.row.id));
      if (outcome !== "mailbox_full") continue;
      this.#resting.set(address, core.now() + limits.fullMailboxRestMs);
      onFull(answered.row);
    }
    return failure;
  }

  /** What was answered at the same moment becomes durable together. */
  async #settle(delivered: readonly Delivered[]): Promise<void> {
    this.#answered.push(...delivered);
    this.#settling ??= setImmediate().then(() => {
      this.#settling = undefined;
      const answered = this.#answered.splice(0);
      const { core } = this.#options;
      // Should that get lost, the same cells leave again, and the server says the same.
      core.step((draft) => settleDelivery(draft, core.self, answered), { durable: false });
    });
    await this.#settling;
  }

  /** A server that asks to slow down is answered by waiting: the next round sends what is left. */
  async #afterFailure(error: unknown): Promise<unknown> {
    if (!(error instanceof RefusalError) || error.code !== "rate_limited") return error;
    await sleep(Math.min(Math.max(error.retryAfterMs, limits.retryMsMin), limits.retryMsMax), undefined, {
      signal: this.#options.signal,
    }).catch(() => {});
    return undefined;
  }

  #mayTry(address: string): boolean {
    const now = this.#options.core.now();
    const until = this.#resting.get(address) ?? now;
    // A clock that was set back must not prolong the rest.
    return until <= now || until > now + limits.fullMailboxRestMs;
  }
}

/** A row without a cell is one that another step has just taken away; the server refuses an empty one. */
const cellOf = (draft: Draft, { key, row }: Waiting): OutboxCell => ({
  ...row,
  cell: draft.get(outboxCells, key) ?? new Uint8Array(0),
});
