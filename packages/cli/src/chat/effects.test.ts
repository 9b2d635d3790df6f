import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryEngine } from "../../test/memory-engine.ts";
import { type PerformingEngine, perform } from "./effects.ts";
import type { ChatEvent, Effect } from "./model.ts";

async function events(
  engine: PerformingEngine,
  effect: Exclude<Effect, { kind: "quit" | "redraw" }>,
): Promise<ChatEvent[]> {
  const told: ChatEvent[] = [];
  await perform(engine, effect, (event) => told.push(event));
  return told;
}

test("history comes back, and whether that was all of it", async () => {
  const engine = new MemoryEngine("alice", () => 0);
  const { conversation } = await engine.direct("bob");
  for (const text of ["one", "two", "three"]) engine.receive(conversation, "bob", text);
  const [all] = await events(engine, { kind: "load", conversation, limit: 10 });
  assert.ok(all?.kind === "loaded" && all.complete && all.views.length === 3);
  const [some] = await events(engine, { kind: "load", conversation, limit: 2 });
  assert.ok(some?.kind === "loaded" && !some.complete && some.views.length === 2);
});

test("a new conversation opens as soon as it is there", async () => {
  const engine = new MemoryEngine("alice", () => 0);
  for (const effect of [
    { kind: "direct", name: "bob" },
    { kind: "group", title: "friends", names: ["bob"] },
  ] as const) {
    const told = await events(engine, effect);
    assert.deepEqual(
      told.map(({ kind }) => kind),
      ["notice", "conversations", "chosen", "notice"],
    );
  }
});

test("what fails is a notice with its reason", async () => {
  const engine = new MemoryEngine("alice", () => 0);
  const told = await events(engine, { kind: "direct", name: "Nobody!" });
  assert.deepEqual(told.at(-1), { kind: "notice", tone: "error", text: "There is no user Nobody!." });
  assert.equal((await events(engine, { kind: "post", conversation: "none", text: "x" }))[0]?.kind, "notice");
});

test("members and search results come as overlays, a sent message as a message", async () => {
  const engine = new MemoryEngine("alice", () => 0);
  const { conversation } = await engine.createGroup("friends", ["bob"]);
  engine.receive(conversation, "bob", "the rope");
  const [members] = await events(engine, { kind: "members", conversation });
  assert.ok(members?.kind === "overlay" && members.overlay.kind === "members" && members.overlay.members.length === 2);
  const [found] = await events(engine, { kind: "search", conversation, words: "rope" });
  assert.ok(found?.kind === "overlay" && found.overlay.kind === "search" && found.overlay.views.length === 1);
  const [posted] = await events(engine, { kind: "post", conversation, text: "mine" });
  assert.ok(posted?.kind === "message" && posted.view.text === "mine" && posted.view.state === "pending");
  await events(engine, { kind: "read", conversation });
  assert.equal(engine.conversations()[0]?.unread, 0);
  const added = await events(engine, { kind: "add", conversation, names: ["carol"] });
  assert.deepEqual(added.at(-1), { kind: "notice", tone: "info", text: "Added carol." });
});
