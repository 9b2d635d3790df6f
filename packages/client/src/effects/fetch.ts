/** Fetches a source, a batch at a time: what it brought becomes durable, and only then the server may delete it. */
import { setImmediate } from "node:timers/promises";
import { toHex } from "@quicprochat/bytes";
import { type FetchedCell, limits as protocolLimits } from "@quicprochat/protocol";
import { isOfOurVault } from "../inbox/cell-fault.ts";
import type { DoorKeys } from "../inbox/door-keys.ts";
import { receiveCell } from "../inbox/receive-cell.ts";
import { limits } from "../limits.ts";
import { Draft } from "../step/draft.ts";
import type { Core } from "./core.ts";
import type { Network, Source } from "./network.ts";
import { SingleFlight } from "./single-flight.ts";

type FetchingOptions = {
  readonly core: Core;
  readonly network: Pick<Network, "fetch" | "acknowledge">;
  readonly doorKeys: DoorKeys;
  readonly signal: AbortSignal;
  /** Told of a fault on one cell, which is skipped: it must not stand in the way of all that follow. */
  readonly onFault: (error: unknown) => void;
};

type Receiving = { readonly door: boolean; readonly doorKeys: DoorKeys };

export class Fetching {
  readonly #options: FetchingOptions;
  readonly #flights = new Map<string, SingleFlight>();

  constructor(options: FetchingOptions) {
    this.#options = options;
  }

  /** Resolves when everything is here that the server held when this was called. */
  async run(source: Source): Promise<void> {
    const name = toHex(source.kind === "door" ? this.#options.doorKeys.address : source.address);
    let flight = this.#flights.get(name);
    if (flight === undefined) {
      flight = new SingleFlight(() => this.#fetchAll(source));
      this.#flights.set(name, flight);
    }
    await flight.run();
  }

  /**
   * From the beginning: what was acknowledged is gone, the rest comes again without harm, and a cursor that was kept
   * would outlive a mailbox that the server makes anew.
   */
  async #fetchAll(source: Source): Promise<void> {
    const { network, signal } = this.#options;
    let cursor = 0n;
    for (let more = true; more && !signal.aborted; ) {
      const fetched = await network.fetch(source, cursor, signal);
      // Only what was read may be acknowledged.
      const cells = fetched.cells.slice(0, protocolLimits.fetchCellsMax);
      const last = cells.at(-1)?.cursor ?? cursor;
      if (last <= cursor) return;
      cursor = last;
      if (source.kind === "door") await this.#receiveAtDoor(cells);
      else this.#receive(cells, { door: false, doorKeys: this.#options.doorKeys });
      await network.acknowledge(source, cursor, signal);
      more = fetched.more;
    }
  }

  /** Anybody may leave cells there, and each costs as many trials as there are KeyPackages: a few, then others' turn. */
  async #receiveAtDoor(cells: readonly FetchedCell[]): Promise<void> {
    const { doorKeys, signal } = this.#options;
    let known: ReturnType<DoorKeys["candidates"]> | undefined;
    const candidates: DoorKeys["candidates"] = () => {
      known ??= doorKeys.candidates();
      return known;
    };
    for (let at = 0; at < cells.length && !signal.aborted; at += limits.doorCellsPerStep) {
      const few = cells.slice(at, at + limits.doorCellsPerStep);
      this.#receive(few, { door: true, doorKeys: { ...doorKeys, candidates } });
      await setImmediate();
    }
    signal.throwIfAborted();
  }

  #receive(cells: readonly FetchedCell[], { door, doorKeys }: Receiving): void {
    const { core, onFault } = this.#options;
    core.step((draft) => {
      for (const { body } of cells) {
        const inner = new Draft(draft, draft);
        try {
          receiveCell(inner, core.self, { body, door }, doorKeys);
          draft.absorb(inner);
        } catch (error) {
          if (isOfOurVault(error)) throw error;
          onFault(error);
        }
      }
    });
  }
}
