import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { holdMs, inSteps } from "./held-answer.ts";

test("an answer is held to the next multiple of the step", () => {
  const cases = [
    [0, 5],
    [0.1, 4.9],
    [4.5, 0.5],
    [5, 0],
    [5.5, 4.5],
    [12, 3],
  ] as const;
  for (const [elapsed, held] of cases) assert.ok(Math.abs(holdMs(elapsed, 5) - held) < 1e-9, `${elapsed}`);
});

test("whatever it took, the sum is a multiple and the wait shorter than one step", () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1e5, noNaN: true }), fc.integer({ min: 1, max: 100 }), (elapsed, step) => {
      const held = holdMs(elapsed, step);
      const steps = (elapsed + held) / step;
      assert.ok(held >= 0 && held <= step);
      assert.ok(Math.abs(steps - Math.round(steps)) < 1e-6 && steps > 0.5);
    }),
  );
});

test("no answer leaves before its step is over, whatever part of a millisecond the work took", async () => {
  for (const workMs of [0, 0.3, 0.7, 1.2, 2.9]) {
    const started = performance.now();
    const work = async (): Promise<void> => {
      while (performance.now() - started < workMs);
    };
    await inSteps(5, work);
    assert.ok(performance.now() - started >= 5, `${workMs}`);
  }
});

test("results and refusals come through", async () => {
  assert.equal(await inSteps(1, async () => 7), 7);
  await assert.rejects(
    inSteps(1, () => Promise.reject(new Error("no"))),
    /no/,
  );
});
