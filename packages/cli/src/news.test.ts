import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { MemoryEngine } from "../test/memory-engine.ts";
import { News } from "./news.ts";

const LONG_MS = 3_600_000;

async function settled(work: Promise<unknown>): Promise<boolean> {
  let done = false;
  void work.then(() => {
    done = true;
  });
  await turn();
  return done;
}

test("a message that comes wakes whoever waits", async () => {
  const engine = new MemoryEngine("alice", () => 0);
  const { conversation } = await engine.direct("bob");
  using news = new News(engine);
  const waiting = news.next(LONG_MS, new AbortController().signal);
  assert.equal(await settled(waiting), false);
  engine.receive(conversation, "bob", "hi");
  assert.equal(await settled(waiting), true);
});

test("a message that came while nobody waited is not missed, and counts once", async () => {
  const engine = new MemoryEngine("alice", () => 0);
  const { conversation } = await engine.direct("bob");
  using news = new News(engine);
  engine.receive(conversation, "bob", "hi");
  assert.equal(await settled(news.next(LONG_MS, new AbortController().signal)), true);
  const controller = new AbortController();
  const waiting = news.next(LONG_MS, controller.signal);
  assert.equal(await settled(waiting), false);
  controller.abort();
  assert.equal(await settled(waiting), true);
});

test("a wait ends with its time, and at once when it was aborted before", async () => {
  const engine = new MemoryEngine("alice", () => 0);
  using news = new News(engine);
  await news.next(1, new AbortController().signal);
  assert.equal(await settled(news.next(LONG_MS, AbortSignal.abort())), true);
});
