import assert from "node:assert/strict";
import { test } from "node:test";
import { type SimulationResult, simulate } from "./simulation.ts";

/** A soak runs thousands; these are the first. */
const SEEDS = 100;

test("over networks that lose, reorder, repeat, damage, rebind and jump, every byte arrives once and in order", () => {
  const results: SimulationResult[] = [];
  for (let seed = 1; seed <= SEEDS; seed++) {
    try {
      results.push(simulate(seed));
    } catch (error) {
      throw new Error(`seed ${seed}`, { cause: error });
    }
  }
  const gaveUp = results.filter((result) => result.gaveUp).length;
  assert.ok(gaveUp < SEEDS / 20, `${gaveUp} of ${SEEDS} connections gave up`);
});
