import assert from "node:assert/strict";
import { test } from "node:test";
import { limits } from "../limits.ts";
import { backoffMs, between } from "./backoff.ts";

const least = (length: number): Uint8Array => new Uint8Array(length);
const most = (length: number): Uint8Array => new Uint8Array(length).fill(255);

test("pauses double up to the limit, less a random half", () => {
  const { reconnectMsMin, reconnectMsMax } = limits;
  assert.equal(backoffMs(0, least), reconnectMsMin);
  assert.equal(backoffMs(3, least), reconnectMsMin * 8);
  for (const attempt of [0, 1, 5, 40, 1e9]) {
    const whole = backoffMs(attempt, least);
    assert.ok(whole <= reconnectMsMax);
    const half = backoffMs(attempt, most);
    assert.ok(half >= whole / 2 && half < whole / 2 + 1);
  }
  assert.equal(backoffMs(1e9, least), reconnectMsMax);
});

test("a time between two is at least the one and below the other", () => {
  assert.equal(between(60, 120, least), 60);
  assert.ok(between(60, 120, most) < 120 && between(60, 120, most) > 119.9);
});
