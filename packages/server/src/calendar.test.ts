import assert from "node:assert/strict";
import { test } from "node:test";
import { Calendar } from "./calendar.ts";
import { hourOf } from "./hours.ts";

const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;

/** A machine whose two clocks go on together until one is set. */
function machine() {
  const state = { wall: 1e12, elapsed: 5_000, jumps: new Array<number>() };
  const pass = (ms: number): void => {
    state.wall += ms;
    state.elapsed += ms;
  };
  const onJump = (hours: number): void => void state.jumps.push(hours);
  const calendar = new Calendar({ now: () => state.wall, elapsedMs: () => state.elapsed, onJump });
  return { state, pass, calendar };
}

test("hours pass, also with a clock that is set by seconds", () => {
  const { state, pass, calendar } = machine();
  for (let day = 0; day < 40; day++) {
    pass(DAY_MS);
    state.wall += day % 2 === 0 ? 20_000 : -20_000;
    assert.equal(calendar.hour(), hourOf(state.wall));
  }
  assert.deepEqual(state.jumps, []);
});

test("a clock that jumps a month, ahead or back, moves no hour and is told once", () => {
  for (const jump of [30 * DAY_MS, -30 * DAY_MS]) {
    const { state, pass, calendar } = machine();
    const before = calendar.hour();
    state.wall += jump;
    assert.equal(calendar.hour(), before);
    pass(2 * HOUR_MS);
    assert.equal(calendar.hour(), before + 2);
    assert.deepEqual(state.jumps, [jump / HOUR_MS]);
    state.wall -= jump;
    assert.equal(calendar.hour(), before + 2);
  }
});

test("after a day with the new time, it holds", () => {
  const { state, pass, calendar } = machine();
  calendar.hour();
  state.wall += 3 * DAY_MS;
  calendar.hour();
  pass(DAY_MS);
  assert.equal(calendar.hour(), hourOf(state.wall));
  assert.equal(state.jumps.length, 1);
});
