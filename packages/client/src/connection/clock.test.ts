import assert from "node:assert/strict";
import { test } from "node:test";
import { clockSkew, judgeClock } from "./clock.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

test("skew is measured against the middle of the round trip", () => {
  assert.equal(clockSkew({ askedAt: 1_000, answeredAt: 1_200, serverTimeMs: 6_100n }), 5_000);
  assert.equal(clockSkew({ askedAt: 1_000, answeredAt: 1_200, serverTimeMs: 100n }), -1_000);
});

test("ten minutes are fine, more are told, more than a day stops", () => {
  for (const sign of [1, -1]) {
    assert.deepEqual(judgeClock(sign * 10 * MINUTE), { kind: "fine" });
    assert.equal(judgeClock(sign * (10 * MINUTE + 1)).kind, "warn");
    assert.equal(judgeClock(sign * 24 * HOUR).kind, "warn");
    assert.equal(judgeClock(sign * (24 * HOUR + 1)).kind, "stop");
  }
  assert.equal(judgeClock(Number.NaN).kind, "stop");
});

test("the texts say how far, which way, and what to do", () => {
  const behind = judgeClock(11 * MINUTE);
  assert.ok(behind.kind === "warn" && /11 minutes behind the server/.test(behind.text), JSON.stringify(behind));
  const ahead = judgeClock(-5 * HOUR);
  assert.ok(ahead.kind === "warn" && /5 hours ahead of the server/.test(ahead.text), JSON.stringify(ahead));
  const stop = judgeClock(48 * HOUR);
  assert.ok(stop.kind === "stop" && stop.failure.code === "clock_wrong");
  assert.match(stop.failure.message, /48 hours apart\. Set the clock/);
});
