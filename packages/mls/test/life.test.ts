import assert from "node:assert/strict";
import { test } from "node:test";
import { toUtf8 } from "@quicprochat/bytes";
import { generateSigningKeyPair } from "@quicprochat/crypto";
import {
  classicalSuite,
  encrypt,
  epoch,
  epochAuthenticator,
  exportSecret,
  groupInfo,
  hybridSuite,
  joinExternally,
  member,
  members,
  ownLeafIndex,
  proposeUpdate,
} from "../src/index.ts";
import {
  addOf,
  afterCommit,
  commitOf,
  committed,
  groupOf,
  keyPackageOf,
  now,
  person,
  pick,
  processed,
  random,
  sent,
  welcomed,
} from "./people.ts";

for (const suite of [classicalSuite, hybridSuite]) {
  const name = `suite ${suite.id.toString(16)}`;

  test(`everybody agrees on every epoch and reads every message, ${name}`, () => {
    let { states } = groupOf(["ann", "ben", "cat", "dan", "eve"], { suite });
    for (const wire of ["public", "private"] as const) {
      for (let committer = 0; committer < states.length; committer++) {
        const made = commitOf(pick(states, committer), { wire });
        states = states.map((state, at) => (at === committer ? made.next : afterCommit(state, made.message)));
        const { message, state: after } = sent(pick(states, committer), "hello");
        states = states.map((state, at) => {
          if (at === committer) return after;
          const read = processed(state, message, "application");
          assert.deepEqual(read.data, toUtf8("hello"));
          assert.equal(read.sender, committer);
          return read.state;
        });
        const [first] = states;
        assert(first !== undefined);
        for (const state of states) {
          assert.deepEqual(epochAuthenticator(state), epochAuthenticator(first));
          const exported = { label: "test", context: toUtf8("context"), length: 48 };
          assert.deepEqual(exportSecret(state, exported), exportSecret(first, exported));
        }
      }
    }
    assert.equal(epoch(pick(states, 0)), 11n);
  });
}

test("a removed member is told, and reads nothing that is sent afterwards", () => {
  const { states } = groupOf(["ann", "ben", "cat"]);
  const made = commitOf(pick(states, 0), { proposals: [{ kind: "remove", removed: 1 }] });
  assert.deepEqual(processed(pick(states, 1), made.message, "removed").summary.removed, [1]);
  const { message } = sent(made.next, "without ben");
  assert.equal(processed(pick(states, 1), message, "future-epoch").current, 1n);
  const cat = afterCommit(pick(states, 2), made.message);
  assert.deepEqual(processed(cat, message, "application").data, toUtf8("without ben"));
});

test("a lone Remove brings an UpdatePath, so that the removed member cannot follow", () => {
  const { states } = groupOf(["ann", "ben", "cat"]);
  const made = commitOf(pick(states, 0), { proposals: [{ kind: "remove", removed: 1 }] });
  assert.notEqual(made.summary.leafNode, undefined);
});

test("a leaf is removed and filled again in one commit", () => {
  const { people, states } = groupOf(["ann", "ben", "cat", "dan"]);
  const ben = pick(people, 1);
  const again = keyPackageOf(ben);
  const made = commitOf(pick(states, 0), { proposals: [{ kind: "remove", removed: 1 }, addOf(again)] });
  assert.deepEqual([made.summary.removed, made.summary.added], [[1], [1]]);
  processed(pick(states, 1), made.message, "removed");
  const back = welcomed(made, ben, again);
  const cat = afterCommit(pick(states, 2), made.message);
  assert.deepEqual(epochAuthenticator(back), epochAuthenticator(cat));
});

test("joiners accept a tree with unmerged leaves, whatever mix of adds and updates made it", () => {
  let { states } = groupOf(["ann", "ben", "cat", "dan", "eve"]);
  for (let step = 0; step < 6; step++) {
    const joiner = person(`joiner ${step}`);
    const joining = keyPackageOf(joiner);
    const updated = proposeUpdate(pick(states, 2), {}, { now, random });
    assert(updated.kind === "proposed");
    states = states.map((state, at) =>
      at === 2 ? updated.state : processed(state, updated.message, "proposal").state,
    );
    // In turn with and without the Update: without it there is no path, and the joiner stays unmerged.
    const references = step % 2 === 0 ? [] : [updated.reference];
    const made = commitOf(pick(states, 0), { proposals: [addOf(joining)], references });
    states = states.map((state, at) => (at === 0 ? made.next : afterCommit(state, made.message)));
    states = [...states, welcomed(made, joiner, joining)];
    const again = commitOf(pick(states, states.length - 1));
    states = states.map((state, at) => (at === states.length - 1 ? again.next : afterCommit(state, again.message)));
    const [first] = states;
    for (const state of states) assert.deepEqual(epochAuthenticator(state), first && epochAuthenticator(first));
  }
});

test("an Update by reference changes keys when another commits it", () => {
  const { states } = groupOf(["ann", "ben", "cat"]);
  const signatureKeyPair = generateSigningKeyPair(random);
  const update = proposeUpdate(pick(states, 1), { signatureKeyPair }, { now, random, wire: "private" });
  assert(update.kind === "proposed");
  const ann = processed(pick(states, 0), update.message, "proposal").state;
  const made = commitOf(ann);
  const ben = afterCommit(update.state, made.message);
  assert.deepEqual(member(ben, 1)?.signatureKey, signatureKeyPair.publicKey);
  assert.deepEqual(epochAuthenticator(ben), epochAuthenticator(made.next));
  const { message } = sent(ben, "with the new key");
  processed(made.next, message, "application");
});

test("a client that lost its state comes back by an external commit in place of its former leaf", () => {
  const { people, states } = groupOf(["ann", "ben", "cat"]);
  const info = groupInfo(pick(states, 0), { withTree: true, externalPub: true });
  const made = committed(joinExternally({ ...pick(people, 1), groupInfo: info, remove: 1, random }));
  const ann = afterCommit(pick(states, 0), made.message);
  assert.deepEqual(epochAuthenticator(made.next), epochAuthenticator(ann));
  assert.equal(ownLeafIndex(made.next), 1);
  processed(pick(states, 1), made.message, "removed");
  processed(ann, sent(made.next, "back").message, "application");
});

test("a stranger joins by an external commit, with the tree from elsewhere", () => {
  const { states } = groupOf(["ann", "ben"]);
  const ann = commitOf(pick(states, 0));
  const before = afterCommit(pick(states, 1), ann.message);
  const [info, ratchetTree] = [ann.groupInfo(), ann.ratchetTree()];
  const made = committed(joinExternally({ ...person("zoe"), groupInfo: info, ratchetTree, random }));
  const ben = afterCommit(before, made.message);
  assert.equal(members(ben).length, 3);
  assert.deepEqual(epochAuthenticator(made.next), epochAuthenticator(ben));
});

test("a commit gives its maker a new signature key, extensions and capabilities", () => {
  const { states } = groupOf(["ann", "ben"]);
  const [ann, ben] = [pick(states, 0), pick(states, 1)];
  const signatureKeyPair = generateSigningKeyPair(random);
  const leafExtensions = [{ type: 0xf0a1, data: toUtf8("mailbox") }];
  const before = member(ann, 0)?.capabilities;
  assert(before !== undefined);
  const capabilities = { ...before, extensions: [0xf0a1] };
  const made = commitOf(ann, { signatureKeyPair, leafExtensions, capabilities });
  const followed = afterCommit(ben, made.message);
  assert.deepEqual(member(followed, 0)?.extensions, leafExtensions);
  assert.deepEqual(member(followed, 0)?.signatureKey, signatureKeyPair.publicKey);
  processed(followed, sent(made.next, "signed anew").message, "application");
  const joiner = person("cat");
  const joining = keyPackageOf(joiner);
  const again = commitOf(made.next, { proposals: [addOf(joining)] });
  welcomed(again, joiner, joining);
  afterCommit(followed, again.message);
});

test("padding lengthens a message and authenticated data travels readable, but not changeable", () => {
  const { states } = groupOf(["ann", "ben"]);
  const [ann, ben] = [pick(states, 0), pick(states, 1)];
  const options = { data: toUtf8("hello"), authenticatedData: toUtf8("to whom it concerns"), random };
  const bare = encrypt(ann, options);
  const padded = encrypt(ann, { ...options, paddingBytes: 100 });
  assert(bare.kind === "encrypted" && padded.kind === "encrypted");
  assert(padded.message.length >= bare.message.length + 100);
  const read = processed(ben, padded.message, "application");
  assert.deepEqual([read.data, read.authenticatedData], [options.data, options.authenticatedData]);
  const at = Buffer.from(padded.message).indexOf("whom");
  const changed = padded.message.with(at, 0x57);
  assert.equal(processed(ben, changed, "refused").refusal.code, "bad-ciphertext");
});
