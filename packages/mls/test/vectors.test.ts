import assert from "node:assert/strict";
import { test } from "node:test";
import { vectors } from "../../../scripts/needs.ts";
import { runVectors } from "./vectors/run.ts";

const folder = vectors("mls");

test("every vector of the working group for our suites passes", { skip: folder === undefined && "no vectors" }, () => {
  let passed = 0;
  for (const { name, outcomes } of runVectors(folder ?? "")) {
    for (const [at, outcome] of outcomes.entries()) {
      assert.notEqual(outcome.kind, "failed", `${name}, vector ${at}: ${outcome.kind === "failed" && outcome.reason}`);
      if (outcome.kind === "skipped") assert(outcome.suite !== 0x0001 && outcome.suite !== 0x004d);
      if (outcome.kind === "passed") passed++;
    }
    assert(
      outcomes.some(({ kind }) => kind === "passed"),
      `${name}: nothing was run`,
    );
  }
  assert(passed > 0);
});
