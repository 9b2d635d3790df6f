/** The network of the engine over its classes of connection: what goes where is docs/protocol.md, "Connections". */
import type { MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import {
  type EnqueueRequestSchema,
  type EnqueueResponse,
  enqueueOutcomes,
  type FetchResponse,
  type KeyPackageClaimResponse,
  type LookUpResponse,
  methods,
  limits as protocolLimits,
  RefusalError,
  type SlotEntry,
  type SlotPutResponse,
} from "@quicprochat/protocol";
import type { Links } from "../connection/links.ts";
import type { PendingCommit } from "../conversation/pending-commit.ts";
import { limits } from "../limits.ts";
import type { OutboxCell } from "../outbox/outbox-row.ts";
import { suite } from "../step/suite.ts";
import type { CellOutcome, Network, Source } from "./network.ts";
import { isPassing } from "./passing.ts";

export class ServerNetwork implements Network {
  readonly #links: Links;

  constructor(links: Links) {
    this.#links = links;
  }

  async enqueue(
    rows: readonly OutboxCell[],
    onOutcome: (at: number, outcome: CellOutcome) => void,
    signal: AbortSignal,
  ): Promise<void> {
    if (rows.every(({ door }) => door)) {
      await this.#links.errand(
        async (call) => {
          for (const [at, row] of rows.entries()) {
            const outcome = await outcomeOf(call(methods.enqueue, requestOf(row), { signal }));
            onOutcome(at, outcome);
            if (outcome === "mailbox_full") return;
          }
        },
        { signal },
      );
      return;
    }
    // Several at once share one fsync of the server; they arrive in their order unless one has to be sent again.
    const queue = [...rows.entries()];
    const worker = async (): Promise<void> => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        const [at, row] = next;
        try {
          const answer = this.#links.call("send", methods.enqueue, requestOf(row), { signal });
          const outcome = await outcomeOf(answer);
          onOutcome(at, outcome);
          // There is no room for the rest either.
          if (outcome === "mailbox_full") queue.length = 0;
        } catch (error) {
          // What is under way may still be answered; nothing more is begun.
          queue.length = 0;
          throw error;
        }
      }
    };
    const ended = await Promise.allSettled(Array.from({ length: limits.enqueuesAtOnce }, worker));
    for (const one of ended) if (one.status === "rejected") throw one.reason;
  }

  async putSlot({ slotName: name, entry, signature }: PendingCommit, signal: AbortSignal): Promise<SlotPutResponse> {
    return this.#links.call("send", methods.slotPut, { name, entry, signature }, { signal });
  }

  async walkSlots(
    first: Uint8Array,
    next: (entry: SlotEntry | undefined) => Uint8Array | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    await this.#links.errand(
      async (call) => {
        for (let name: Uint8Array | undefined = first; name !== undefined; ) {
          const { entry }: MessageShape<typeof methods.slotGet.response> = await call(
            methods.slotGet,
            { name },
            { signal },
          );
          name = next(entry);
        }
      },
      { signal },
    );
  }

  async claim(username: string, signal: AbortSignal): Promise<KeyPackageClaimResponse> {
    return this.#links.errand(
      (call) => call(methods.keyPackageClaim, { username, cipherSuite: suite.id }, { signal }),
      {
        signal,
      },
    );
  }

  async lookUp(username: string, signal: AbortSignal): Promise<LookUpResponse> {
    return this.#links.errand((call) => call(methods.lookUp, { username }, { signal }), { signal });
  }

  async fetch(source: Source, cursor: bigint, signal: AbortSignal): Promise<FetchResponse> {
    const request = { cursor, limit: protocolLimits.fetchCellsMax };
    return source.kind === "door"
      ? this.#links.call("account", methods.doorFetch, request, { signal })
      : this.#links.call("receive", methods.mailboxFetch, { ...request, address: source.address }, { signal });
  }

  async acknowledge(source: Source, cursor: bigint, signal: AbortSignal): Promise<void> {
    if (source.kind === "door") await this.#links.call("account", methods.doorAcknowledge, { cursor }, { signal });
    else {
      const request = { cursor, address: source.address };
      await this.#links.call("receive", methods.mailboxAcknowledge, request, { signal });
    }
  }
}

const requestOf = ({ id, address, doorKey, cell }: OutboxCell): MessageInitShape<typeof EnqueueRequestSchema> => ({
  items: [{ id, address, doorKey }],
  body: cell,
});

/** Throws what may pass, and what keeps the answer away. */
async function outcomeOf(answer: Promise<EnqueueResponse>): Promise<CellOutcome> {
  try {
    const [outcome] = (await answer).outcomes;
    return (outcome === undefined ? undefined : enqueueOutcomes[outcome]) ?? "refused";
  } catch (error) {
    if (error instanceof RefusalError && !isPassing(error)) return "refused";
    throw error;
  }
}
