/** The runs of the continuous integration: small groups of every size, mostly of suite 0x0001, and a seed to run alone. */
import assert from "node:assert/strict";
import { classicalSuite, hybridSuite } from "../../src/index.ts";
import { live, type Scenario } from "./scenario.ts";

/** The hybrid suite costs more and differs in nothing that a scenario tries but the lengths of its keys. */
export const smallRun = (seed: number): Scenario => ({
  seed,
  suite: seed % 10 === 0 ? hybridSuite : classicalSuite,
  membersMax: 3 + (seed % 8),
  steps: 20 + ((seed * 7) % 41),
});

/** `from` is the first seed. `QPC_SEED=7` runs that seed alone. */
export function liveSmall(from: number, count: number): void {
  const only = process.env["QPC_SEED"];
  const seeds = only === undefined ? Array.from({ length: count }, (_, at) => from + at) : [Number(only)];
  let epochs = 0n;
  for (const seed of seeds) epochs += live(smallRun(seed)).epochs;
  assert(only !== undefined || epochs > BigInt(count) * 4n, `there were only ${epochs} epochs`);
}
