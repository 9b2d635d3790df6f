import assert from "node:assert/strict";
import { test } from "node:test";
import { SingleFlight } from "./single-flight.ts";

test("work runs once at a time, and once more for all who asked while it ran", async () => {
  let running = 0;
  let runs = 0;
  const flight = new SingleFlight(async () => {
    assert.equal(++running, 1);
    await new Promise((resolve) => setImmediate(resolve));
    running--;
    runs++;
  });
  await Promise.all([flight.run(), flight.run(), flight.run()]);
  assert.equal(runs, 2);
  await flight.run();
  assert.equal(runs, 3);
});

test("a failure reaches those who wait for that run, and later ones go on", async () => {
  let runs = 0;
  const flight = new SingleFlight(async () => {
    await new Promise((resolve) => setImmediate(resolve));
    if (++runs === 1) throw new Error("first");
  });
  const results = await Promise.allSettled([flight.run(), flight.run()]);
  assert.deepEqual(
    results.map(({ status }) => status),
    ["rejected", "fulfilled"],
  );
});
