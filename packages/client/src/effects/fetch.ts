/** Fetches a source by cursor, a batch at a time: batch and cursor become durable together, only then the server may delete. */
import { toHex } from "@quicprochat/bytes";
import { type FetchedCell, limits as protocolLimits } from "@quicprochat/protocol";
import { cursors } from "../inbox/cursor.ts";
import type { DoorKeys } from "../inbox/door-keys.ts";
import { receiveCell } from "../inbox/receive-cell.ts";
import { Draft } from "../step/draft.ts";
import type { Core } from "./core.ts";
import type { Network, Source } from "./network.ts";
import { SingleFlight } from "./single-flight.ts";

type FetchingOptions = {
  readonly core: Core;
  readonly network: Pick<Network, "fetch" | "acknowledge">;
  readonly doorKeys: DoorKeys;
  readonly signal: AbortSignal;
  /** Told of an error of our own on one cell, which is skipped: it must not stand in the way of all that follow. */
  readonly onFault: (error: unknown) => void;
};

export class Fetching {
  readonly #options: FetchingOptions;
  readonly #flights = new Map<string, SingleFlight>();
  /** Addresses whose cells this process has acknowledged as far as they were read. */
  readonly #acknowledged = new Set<string>();

  constructor(options: FetchingOptions) {
    this.#options = options;
  }

  /** Resolves when everything is here that the server held when this was called. */
  async run(source: Source): Promise<void> {
    const address = this.#addressOf(source);
    const name = toHex(address);
    let flight = this.#flights.get(name);
    if (flight === undefined) {
      flight = new SingleFlight(() => this.#fetchAll(source, address));
      this.#flights.set(name, flight);
    }
    await flight.run();
  }

  async #fetchAll(source: Source, address: Uint8Array): Promise<void> {
    const { core, network, signal } = this.#options;
    let cursor = core.look((draft) => draft.get(cursors, address)) ?? 0n;
    for (let more = true; more && !signal.aborted; ) {
      const fetched = await network.fetch(source, cursor, signal);
      const last = fetched.cells.at(-1)?.cursor ?? cursor;
      if (last <= cursor) return this.#acknowledgeOnce(source, cursor);
      cursor = last;
      this.#receive(source, address, fetched.cells);
      // A lost acknowledgement is repeated by the next one.
      await network.acknowledge(source, cursor, signal);
      this.#acknowledged.add(toHex(address));
      more = fetched.more;
    }
  }

  /** An earlier process may have ended between its transaction and its acknowledgement. */
  async #acknowledgeOnce(source: Source, cursor: bigint): Promise<void> {
    const { network, signal } = this.#options;
    const name = toHex(this.#addressOf(source));
    if (cursor === 0n || this.#acknowledged.has(name)) return;
    await network.acknowledge(source, cursor, signal);
    this.#acknowledged.add(name);
  }

  #receive(source: Source, address: Uint8Array, cells: readonly FetchedCell[]): void {
    const { core, doorKeys, onFault } = this.#options;
    core.step((draft) => {
      for (const { body, cursor } of cells.slice(0, protocolLimits.fetchCellsMax)) {
        const inner = new Draft(draft, draft);
        try {
          receiveCell(inner, core.self, { body, door: source.kind === "door" }, doorKeys);
          draft.absorb(inner);
        } catch (error) {
          onFault(error);
        }
        draft.put(cursors, address, cursor);
      }
    });
  }

  #addressOf(source: Source): Uint8Array {
    return source.kind === "door" ? this.#options.doorKeys.address : source.address;
  }
}
