/**
 * The terminal chat on an engine in memory, for tests and for whoever wants to look at it: `--quiet` without messages
 * that go on coming, `--crash` with a fault after a second, `--busy` with much history and twenty messages a second.
 */
import assert from "node:assert/strict";
import { runChat } from "../src/chat/run-chat.ts";
import { stopSignal } from "../src/interruption.ts";
import { MemoryEngine } from "./memory-engine.ts";

const signal = stopSignal();
const HOUR_MS = 3_600_000;
let now = Date.now() - 20 * HOUR_MS;
const engine = new MemoryEngine("alice", () => now);
const { conversation: bob } = await engine.direct("bob");
const { conversation: group } = await engine.createGroup("climbing", ["bob", "carol"]);
await engine.direct("dave");
engine.receive(
  bob,
  "bob",
  "Are you coming on Saturday? We start early, before it gets hot, and share a car from the station.",
);
now += HOUR_MS;
engine.post(bob, "Yes! I bring the long rope.");
now += 16 * HOUR_MS;
engine.receive(group, "carol", "北京 😀 e\u0301 \x1b[31mred?\x1b[0m \u202eevil");
engine.receive(group, "bob", "first line\nsecond line");
now = Date.now();
const busy = process.argv.includes("--busy");
if (busy)
  for (let count = 0; count < 2_000; count++) engine.receive(bob, "bob", `${count}: ${"word ".repeat(count % 50)}`);
if (busy) for (let count = 0; count < 200; count++) await engine.direct(`person${count}`);
engine.receive(bob, "bob", "Great.");
const timer = setInterval(
  () => {
    now = Date.now();
    engine.receive(group, "carol", `tick ${new Date(now).toISOString()}`);
  },
  busy ? 50 : 5_000,
);
if (process.argv.includes("--quiet")) clearInterval(timer);
if (process.argv.includes("--crash")) setTimeout(() => assert.fail("a fault, on purpose"), 1_000);
await runChat({ engine, signal, invite: "qpc://chat.example:5001/#1.abcdefghijklmnop" });
clearInterval(timer);
console.log("left");
process.exit(0);
