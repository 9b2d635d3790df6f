import assert from "node:assert/strict";
import { test } from "node:test";
import { SharedMemory } from "./call-memory.ts";

test("one prefix takes its part and no more, and everything comes back", () => {
  const memory = new SharedMemory({ bytesMax: 200, bytesPerPrefixMax: 40, bytesPerPrefixWhenBusyMax: 10 });
  const [one, again, other] = [memory.of("a"), memory.of("a"), memory.of("b")];
  assert.equal(one.take(30), true);
  assert.equal(again.take(11), false);
  assert.equal(again.take(10), true);
  assert.equal(other.take(41), false);
  assert.equal(other.take(40), true);
  one.give(30);
  assert.equal(one.take(30), true);
  for (const [connection, bytes] of [
    [one, 30],
    [again, 10],
    [other, 40],
  ] as const)
    connection.give(bytes);
  assert.equal(memory.bytes, 0);
});

test("a few prefixes that take all that they get leave room for many others", () => {
  const memory = new SharedMemory({ bytesMax: 1_000, bytesPerPrefixMax: 250, bytesPerPrefixWhenBusyMax: 25 });
  for (let at = 0; at < 10; at++) {
    const greedy = memory.of(`greedy ${at}`);
    while (greedy.take(5));
  }
  for (let at = 0; at < 10; at++) assert.equal(memory.of(`late ${at}`).take(25), true);
  while (memory.of("more").take(1));
  assert.ok(memory.bytes <= 1_000);
});
