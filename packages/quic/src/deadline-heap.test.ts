import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { DeadlineHeap } from "./deadline-heap.ts";

const step = fc.record({
  member: fc.integer({ min: 0, max: 12 }),
  at: fc.option(fc.integer({ min: 0, max: 100 }), { nil: undefined }),
});

test("the earliest deadline is always first, whatever is set and deleted", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
      const heap = new DeadlineHeap<number>();
      const model = new Map<number, number>();
      for (const { member, at } of steps) {
        if (at === undefined) {
          heap.delete(member);
          model.delete(member);
        } else {
          heap.set(member, at);
          model.set(member, at);
        }
        const earliest = Math.min(Number.POSITIVE_INFINITY, ...model.values());
        assert.equal(heap.earliest, earliest);
        const due = heap.due(50);
        assert.equal(due === undefined ? earliest > 50 : model.get(due) === earliest, true);
      }
    }),
  );
});
