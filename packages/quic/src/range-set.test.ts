import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { RangeSet } from "./range-set.ts";

const step = fc.record({
  kind: fc.constantFrom("add", "add", "add", "remove", "below"),
  start: fc.integer({ min: 0, max: 60 }),
  length: fc.integer({ min: 0, max: 12 }),
});

test("a range set behaves like a set of integers, and its ranges are apart and ascending", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const ranges = new RangeSet();
      const model = new Set<number>();
      for (const { kind, start, length } of steps) {
        const before = model.size;
        if (kind === "below") for (const value of model) if (value < start) model.delete(value);
        for (let value = start; value < start + length; value++) {
          if (kind === "add") model.add(value);
          else if (kind === "remove") model.delete(value);
        }
        if (kind === "add") assert.equal(ranges.add(start, start + length), model.size - before);
        else if (kind === "remove") ranges.remove(start, start + length);
        else ranges.removeBelow(start);
        for (let value = 0; value < 80; value++) assert.equal(ranges.has(value), model.has(value));
        for (let index = 0; index < ranges.count; index++) {
          assert.ok(ranges.start(index) < ranges.end(index));
          if (index > 0) assert.ok(ranges.end(index - 1) < ranges.start(index));
        }
        assert.equal(ranges.top, Math.max(-1, ...model) + 1);
      }
    }),
    { numRuns: 500 },
  );
});
