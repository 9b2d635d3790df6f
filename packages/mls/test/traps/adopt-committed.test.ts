import assert from "node:assert/strict";
import { test } from "node:test";
import { adoptCommitted, forgetEpochsBefore, pastEpochs } from "../../src/index.ts";
import { commitOf, groupOf, pick, processed, sent } from "../people.ts";

for (const wire of ["public", "private"] as const) {
  test(`what was read and sent while an own ${wire} commit was on its way stays consumed once it won`, () => {
    const { states } = groupOf(["ann", "ben"]);
    const [ann, ben] = [pick(states, 0), pick(states, 1)];
    const { message } = sent(ben, "meanwhile");
    const made = commitOf(ann, { wire });
    assert(made.former !== undefined);
    const own = sent(processed(made.former.state, message, "application").state, "meanwhile, too");
    // `next` by itself is older than what this member has read.
    processed(made.next, message, "application");
    const { state, changed } = adoptCommitted(own.state, made.next);
    processed(state, message, "already-processed");
    assert(!changed.written.includes("epoch:1:0"), "the store has them as they are");
    assert(changed.written.includes("epoch:1"), "now an epoch of the past");
  });
}

test("what was forgotten while a commit was on its way stays forgotten", () => {
  const { states } = groupOf(["ann", "ben"]);
  const second = commitOf(pick(states, 0)).next;
  const made = commitOf(second);
  const { state } = forgetEpochsBefore(second, 2n);
  assert.deepEqual(pastEpochs(adoptCommitted(state, made.next).state), [2n]);
  assert.throws(() => adoptCommitted(made.next, made.next), RangeError);
});
