/** What group commit is worth: cells that live a second in the bare store, beside the same store with one fsync each. */
import { besidePeer, type Figure, type Trial, thisMachine } from "../../../scripts/trial.ts";
import { limits } from "../src/limits.ts";
import { bareStoreRate } from "./bare-store.ts";

const MEASURED_MS = 3_000;

export const bench: Trial = {
  name: "store",
  describe: "durable enqueue, fetch, acknowledge a second in the bare store, at 1, 64 and 256 callers",
  async run({ log }) {
    const figures: Figure[] = [];
    for (const callers of [1, 64, 256]) {
      const peerValue = await bareStoreRate(callers, 1, MEASURED_MS);
      const value = await bareStoreRate(callers, limits.storeBatchMax, MEASURED_MS);
      log(`${callers} callers: ${Math.round(value)}/s, one fsync for each operation ${Math.round(peerValue)}/s`);
      const name = `lifecycles, ${callers} callers`;
      figures.push(besidePeer({ name, value, unit: "/s", peer: "one fsync for each operation", peerValue }));
    }
    return { name: "store", figures, machine: thisMachine() };
  },
};
