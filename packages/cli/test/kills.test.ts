/** A bounded sample of the kill soak: `npm run soak -- kills` runs it in full. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { runKills } from "./kills.ts";

test("no confirmed message is lost and none is shown twice over random kill -9 of server and clients", async () => {
  const seed = Date.now() % 2 ** 31;
  const report = await runKills({ kills: 8, seed });
  const story = [`seed ${seed}`, ...report.journal].join("\n");
  assert.ok(report.confirmed > 0, `no traffic: ${story}`);
  assert.deepEqual(report.lost, [], `lost ${report.lost.join(", ")}: ${story}`);
  assert.deepEqual(report.twice, [], `shown twice ${report.twice.join(", ")}: ${story}`);
});
