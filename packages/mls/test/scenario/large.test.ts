import assert from "node:assert/strict";
import { test } from "node:test";
import { classicalSuite, hybridSuite } from "../../src/index.ts";
import { live } from "./scenario.ts";

test("a group of up to 50 members lives through anything", () => {
  const { membersPeak } = live({ seed: 1, suite: classicalSuite, membersMax: 50, steps: 150 });
  assert(membersPeak > 25, `it grew to ${membersPeak}`);
});

test("so does one of up to 30 members with the hybrid suite", () => {
  const { membersPeak } = live({ seed: 2, suite: hybridSuite, membersMax: 30, steps: 80 });
  assert(membersPeak > 10, `it grew to ${membersPeak}`);
});
