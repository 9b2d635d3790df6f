import assert from "node:assert/strict";
import { test } from "node:test";
import { Pair, type PairOptions } from "./pair.ts";
import { applications } from "./transfer.ts";

function transfer(options: PairOptions, sizes: readonly number[], untilMs: number) {
  const pair = new Pair(options);
  const ends = applications(pair);
  for (const size of sizes) ends.client.send(size);
  const done = pair.network.run(() => ends.client.isDone && ends.server?.isDone === true, untilMs);
  const state = `client ${JSON.stringify(ends.client.closed)} server ${JSON.stringify(ends.server?.closed)} at ${pair.network.now}`;
  assert.equal(done, true, state);
  assert.equal(
    ends.client.reading,
    sizes.reduce((sum, size) => sum + size, 0),
  );
  return { pair, ends };
}

test("bytes travel both ways over a perfect link", () => {
  transfer({}, [0, 1, 1000, 100_000, 1_000_000], 20_000);
});

for (const congestion of ["cubic", "bbr"] as const) {
  for (const loss of [0.01, 0.1, 0.3]) {
    test(`${congestion}: bytes travel both ways at ${loss * 100} % loss`, () => {
      const link = { loss, delayMs: 20, jitterMs: 5 };
      const config = { congestion };
      transfer({ link, client: config, server: config, seed: 7 }, [10, 5000, 300_000], 120_000);
    });
  }
}
