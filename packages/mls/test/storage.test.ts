import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type ChangedParts,
  classicalSuite,
  epochAuthenticator,
  type GroupState,
  hybridSuite,
  loadGroup,
  propose,
  proposeUpdate,
  type SavedPart,
  saveGroup,
} from "../src/index.ts";
import {
  addOf,
  afterCommit,
  commitOf,
  groupOf,
  keyPackageOf,
  now,
  person,
  pick,
  processed,
  random,
  sent,
} from "./people.ts";

const key = random(32);

/** A store that writes only what a step says. */
class Store {
  readonly #parts = new Map<string, Uint8Array>();

  write(state: GroupState, { written, deleted }: ChangedParts): number {
    let total = 0;
    for (const { name, bytes } of saveGroup(state, { key, parts: written })) {
      this.#parts.set(name, bytes);
      total += bytes.length;
    }
    for (const name of deleted) assert(this.#parts.delete(name), `${name} was never written`);
    return total;
  }

  fill(state: GroupState): void {
    this.#parts.clear();
    for (const { name, bytes } of saveGroup(state, { key })) this.#parts.set(name, bytes);
  }

  parts(): SavedPart[] {
    return [...this.#parts].map(([name, bytes]) => ({ name, bytes })).sort(byName);
  }
}

const byName = (one: SavedPart, other: SavedPart): number => (one.name < other.name ? -1 : 1);

function loaded(parts: readonly SavedPart[]): GroupState {
  const outcome = loadGroup(parts, { key });
  assert(outcome.kind === "loaded", outcome.kind === "refused" ? outcome.code : "");
  return outcome.state;
}

for (const suite of [classicalSuite, hybridSuite]) {
  test(`what steps write one by one is what a whole save writes, suite ${suite.id.toString(16)}`, () => {
    const { states } = groupOf(["ann", "ben", "cat"], { suite });
    let [ann, ben] = [pick(states, 0), pick(states, 1)];
    const store = new Store();
    store.fill(ben);
    const check = (state: GroupState, changed: ChangedParts): GroupState => {
      store.write(state, changed);
      assert.deepEqual(store.parts(), [...saveGroup(state, { key })].sort(byName));
      return loaded(store.parts());
    };
    for (let round = 0; round < 8; round++) {
      const talk = sent(ann, "hello");
      const read = processed(ben, talk.message, "application");
      ben = check(read.state, read.changed);
      const update = proposeUpdate(ben, {}, { now, random });
      assert(update.kind === "proposed");
      ben = check(update.state, update.changed);
      const heard = processed(talk.state, update.message, "proposal");
      const proposals = round % 2 === 0 ? [addOf(keyPackageOf(person(`new ${round}`, suite)))] : [];
      const made = commitOf(heard.state, { proposals });
      const applied = processed(ben, made.message, "commit");
      ben = check(applied.state, applied.changed);
      ann = made.next;
      const own = commitOf(ben);
      ben = check(own.next, own.changed);
      ann = afterCommit(ann, own.message);
      assert.deepEqual(epochAuthenticator(ann), epochAuthenticator(ben));
    }
  });
}

test("one message rewrites no more than the keys of a few senders, whatever the size of the group", () => {
  const { states } = groupOf(Array.from({ length: 40 }, (_, at) => `member ${at}`));
  const talk = sent(pick(states, 0), "hello");
  const read = processed(pick(states, 1), talk.message, "application");
  assert(read.changed.written.every((name) => name.startsWith("epoch:")));
  const store = new Store();
  store.fill(pick(states, 1));
  assert(store.write(read.state, read.changed) < 1_000);
});

test("past epochs do not carry the tree along", () => {
  const { states } = groupOf(Array.from({ length: 32 }, (_, at) => `member ${at}`));
  let state = pick(states, 0);
  for (let count = 0; count < 6; count++) state = commitOf(state).next;
  const parts = saveGroup(state, { key });
  const past = parts.filter(({ name }) => name.startsWith("epoch:"));
  assert(past.reduce((sum, { bytes }) => sum + bytes.length, 0) < 3_000);
});

test("every part that was changed, exchanged, renamed or sealed for another key is refused", () => {
  const { states } = groupOf(["ann", "ben"]);
  const proposed = propose(pick(states, 0), addOf(keyPackageOf(person("cat"))), { now, random });
  assert(proposed.kind === "proposed");
  const state = commitOf(sent(proposed.state, "hello").state, { references: [] }).next;
  const parts = saveGroup(state, { key });
  loaded(parts);
  for (const [at, part] of parts.entries()) {
    for (const place of [0, 1, 40, part.bytes.length - 1]) {
      const bytes = part.bytes.with(place, (part.bytes[place] ?? 0) ^ 1);
      assert.equal(loadGroup(parts.with(at, { ...part, bytes }), { key }).kind, "refused", `${part.name} at ${place}`);
    }
    const renamed = parts.with(at, { ...part, name: `${part.name}0` });
    assert.equal(loadGroup(renamed, { key }).kind, "refused", `${part.name} renamed`);
  }
  assert.equal(loadGroup(parts, { key: random(32) }).kind, "refused");
  const other = saveGroup(pick(groupOf(["zoe", "yan"]).states, 0), { key });
  const mixed = parts.map((part) => other.find(({ name }) => name === part.name && name.startsWith("node")) ?? part);
  assert.deepEqual(loadGroup(mixed, { key }), { kind: "refused", code: "corrupt" });
});

test("a missing node, epoch or group is noticed, and so is a node of an older epoch", () => {
  const { states } = groupOf(["ann", "ben", "cat"]);
  const before = saveGroup(pick(states, 0), { key });
  const parts = saveGroup(commitOf(pick(states, 0)).next, { key });
  for (const { name: gone } of parts) {
    const rest = parts.filter(({ name }) => name !== gone);
    assert.equal(rest.length, parts.length - 1, gone);
    assert.deepEqual(loadGroup(rest, { key }), { kind: "refused", code: "incomplete" }, gone);
  }
  const stale = parts.map((part) =>
    part.name === "node:0" ? (before.find(({ name }) => name === "node:0") ?? part) : part,
  );
  assert.deepEqual(loadGroup(stale, { key }), { kind: "refused", code: "incomplete" });
});
