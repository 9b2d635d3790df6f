import assert from "node:assert/strict";
import { test } from "node:test";
import { SharedMemory } from "./call-memory.ts";

test("one prefix takes its part and no more, all together the whole, and everything comes back", () => {
  const memory = new SharedMemory({ bytesMax: 100, bytesPerPrefixMax: 60 });
  const [one, again, other] = [memory.of("a"), memory.of("a"), memory.of("b")];
  assert.equal(one.take(40), true);
  assert.equal(again.take(21), false);
  assert.equal(again.take(20), true);
  assert.equal(other.take(41), false);
  assert.equal(other.take(40), true);
  one.give(40);
  assert.equal(one.take(40), true);
  for (const [connection, bytes] of [
    [one, 40],
    [again, 20],
    [other, 40],
  ] as const)
    connection.give(bytes);
  assert.equal(memory.bytes, 0);
});
