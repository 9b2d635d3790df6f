import assert from "node:assert/strict";
import { test } from "node:test";
import { toUtf8 } from "@quicprochat/bytes";
import { limits, propose } from "../src/index.ts";
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
  refusalOf,
  sent,
} from "./people.ts";

test("a commit of an epoch that is over is stale, one of an epoch to come says that commits are missing", () => {
  const { states } = groupOf(["ann", "ben", "cat"]);
  const [ann, ben, cat] = [pick(states, 0), pick(states, 1), pick(states, 2)];
  const first = commitOf(ann);
  const second = commitOf(first.next);
  const { epoch, current } = processed(ben, second.message, "future-epoch");
  assert.deepEqual([epoch, current], [2n, 1n]);
  const later = afterCommit(afterCommit(cat, first.message), second.message);
  assert.deepEqual(processed(later, first.message, "stale-epoch").current, 3n);
});

test("members that followed two commits of one epoch see a fork in each other's messages", () => {
  const { states } = groupOf(["ann", "ben", "cat"]);
  const [ann, ben, cat] = [pick(states, 0), pick(states, 1), pick(states, 2)];
  const one = commitOf(ann);
  const other = commitOf(ben);
  const follower = afterCommit(cat, other.message);
  assert.equal(processed(follower, commitOf(one.next).message, "fork").epoch, 2n);
  assert.equal(processed(follower, sent(one.next, "hello").message, "fork").epoch, 2n);
});

test("the loser of a race takes the winner's commit with the state it had", () => {
  for (const wire of ["public", "private"] as const) {
    const { states } = groupOf(["ann", "ben", "cat"]);
    const lost = commitOf(pick(states, 0), { wire });
    const won = commitOf(pick(states, 1), { wire });
    const { former } = lost;
    assert(former !== undefined);
    const ann = afterCommit(former.state, won.message);
    processed(won.next, sent(ann, "I follow").message, "application");
  }
});

test("a private commit that lost has used its generation: the next one takes another", () => {
  const { states } = groupOf(["ann", "ben"]);
  const first = commitOf(pick(states, 0), { wire: "private" });
  assert(first.former !== undefined);
  assert.notDeepEqual(first.former.changed.written, []);
  const second = commitOf(first.former.state, { wire: "private" });
  const ben = processed(pick(states, 1), second.message, "commit");
  assert.equal(ben.summary.committer.leafIndex, 0);
});

test("own messages and repeated ones are named as such", () => {
  const { states } = groupOf(["ann", "ben"]);
  const [ann, ben] = [pick(states, 0), pick(states, 1)];
  const { message, state } = sent(ann, "hello");
  processed(state, message, "own-message");
  const read = processed(ben, message, "application");
  processed(read.state, message, "already-processed");
  processed(ann, commitOf(ann).message, "own-message");
  const proposed = propose(ann, addOf(keyPackageOf(person("cat"))), { now, random });
  assert(proposed.kind === "proposed");
  const known = processed(ben, proposed.message, "proposal");
  processed(known.state, proposed.message, "already-processed");
});

test("a commit that names an unknown proposal says which", () => {
  const { states } = groupOf(["ann", "ben"]);
  const proposed = propose(pick(states, 0), addOf(keyPackageOf(person("cat"))), { now, random });
  assert(proposed.kind === "proposed");
  const made = commitOf(proposed.state);
  const { references } = processed(pick(states, 1), made.message, "needs-proposal");
  assert.deepEqual(references, [proposed.reference]);
  const informed = processed(pick(states, 1), proposed.message, "proposal");
  afterCommit(informed.state, made.message);
});

test("messages of other groups, and what is no message, change nothing", () => {
  const [one, other] = [groupOf(["ann", "ben"]), groupOf(["cat", "dan"])];
  const state = pick(one.states, 0);
  processed(state, sent(pick(other.states, 0), "hello").message, "wrong-group");
  assert.equal(refusalOf(state, toUtf8("hello")), "public malformed");
  assert.equal(refusalOf(state, keyPackageOf(person("eve")).message), "public unexpected-message");
  const { message } = sent(pick(one.states, 1), "hello");
  assert.equal(refusalOf(state, Uint8Array.of(...message, 0)), "public malformed");
});

test("a changed message is refused, and the true one still reads", () => {
  const { states } = groupOf(["ann", "ben"]);
  const { message } = sent(pick(states, 0), "hello");
  const changed = message.slice();
  changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
  assert.equal(refusalOf(pick(states, 1), changed), "public bad-ciphertext");
  processed(pick(states, 1), message, "application");
});

test("the application's policy is asked before any secret is used, and its reason is told", () => {
  const { states } = groupOf(["ann", "ben", "cat"]);
  const made = commitOf(pick(states, 1), { proposals: [{ kind: "remove", removed: 2 }] });
  const { phase, refusal } = processed(pick(states, 0), made.message, "refused", {
    authorize: ({ committer, removed }) => `${committer.leafIndex} may not remove ${removed.join()}`,
  });
  assert.deepEqual([phase, refusal.code, refusal.detail], ["public", "policy", "1 may not remove 2"]);
  processed(pick(states, 2), made.message, "refused", { authorize: () => "no" });
  afterCommit(pick(states, 0), made.message, { authorize: () => undefined });
});

test("a sender that skips too many generations is refused", () => {
  const { states } = groupOf(["ann", "ben"]);
  let ann = pick(states, 0);
  for (let count = 0; count <= limits.skippedGenerationsMax; count++) ann = sent(ann, "lost").state;
  assert.equal(refusalOf(pick(states, 1), sent(ann, "far").message), "public generation-too-far");
});

test("no proposal of another member keeps a member from committing", () => {
  const { people, states } = groupOf(["ann", "ben", "cat"]);
  // Each is valid by itself, but adds who is a member, or what this committer has no key for.
  const unwanted = [
    addOf(keyPackageOf(pick(people, 2))),
    { kind: "psk", id: { kind: "external", id: toUtf8("unknown"), nonce: random(32) } },
    addOf(keyPackageOf(person("dan"))),
  ] as const;
  for (const chosen of [[0], [0, 2], [1, 2], [0, 1, 2]]) {
    let [ann, ben] = [pick(states, 0), pick(states, 1)];
    for (const at of chosen) {
      const proposed = propose(ben, pick(unwanted, at), { now, random });
      assert(proposed.kind === "proposed");
      ben = proposed.state;
      ann = processed(ann, proposed.message, "proposal").state;
    }
    const made = commitOf(ann);
    assert.equal(made.summary.added.length, chosen.includes(2) ? 1 : 0);
    afterCommit(ben, made.message);
  }
});
