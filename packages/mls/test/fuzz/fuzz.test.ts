import assert from "node:assert/strict";
import { test } from "node:test";
import { corpora, fuzz } from "./fuzz.ts";
import { heapBytes } from "./heap.ts";

const INPUTS = 100_000;
const WARM = 20_000;
const GROWTH_MAX = 4 * 2 ** 20;

test("changed messages, Welcomes, trees and stored states are refused by their types, and leave nothing behind", (t) => {
  const corpus = corpora();
  fuzz(1, WARM, corpus);
  const before = heapBytes();
  const { outcomes, slowestMs, slow } = fuzz(WARM + 1, INPUTS - WARM, corpus);
  const grown = heapBytes() - before;
  t.diagnostic(
    `slowest input ${slowestMs.toFixed(1)} ms, ${slow} over 50 ms, heap ${Math.round(grown / 1024)} KiB more`,
  );
  assert(grown < GROWTH_MAX, `the heap grew by ${grown} bytes`);
  // That it goes deep: signed content that breaks a rule, and a commit that nobody can confirm.
  for (const reached of ["public leaf-signature", "secret confirmation-tag", "secret path-ciphertext", "proposal"]) {
    assert(outcomes.has(`process what is signed: ${reached}`), reached);
  }
  assert(outcomes.has("join by what is signed: tree-parent-hash") && outcomes.has("load: loaded"));
});
