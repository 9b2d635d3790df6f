import assert from "node:assert/strict";
import { test } from "node:test";
import { toUtf8 } from "@quicprochat/bytes";
import { type EpochMessages } from "../src/group/group-state.ts";
import { unprotectPrivate } from "../src/group/unprotect-private.ts";
import { eraseState, forgetEpochsBefore, type GroupState, limits, pastEpochs, saveGroup } from "../src/index.ts";
import { messageKeyOf } from "../src/keys/secret-tree.ts";
import { openPart } from "../src/state/seal-part.ts";
import { decodeMlsMessage } from "../src/wire/mls-message.ts";
import {
  addOf,
  afterCommit,
  commitOf,
  groupOf,
  keyPackageOf,
  person,
  pick,
  processed,
  random,
  sent,
  welcomed,
} from "./people.ts";

/** All bytes that a thief of the store and its key reads. */
function stolenBytes(state: GroupState): string {
  const key = random(32);
  const { groupId } = state.fields.context;
  const parts = saveGroup(state, { key }).map(({ name, bytes }) => {
    const opened = openPart({ key, name, groupId: name === "group" ? new Uint8Array(0) : groupId }, bytes);
    assert(opened !== undefined);
    return opened;
  });
  return Buffer.concat(parts).toString("latin1");
}

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");

function keyFor(messages: EpochMessages, state: GroupState, leafIndex: number, generation: number) {
  const step = messageKeyOf(state.fields.suite, messages.secretTree, { leafIndex, kind: "application", generation });
  return step.kind === "key" ? step.messageKey : undefined;
}

/** What a thief can do that does not care whose state it stole. */
function thiefReads(state: GroupState, message: Uint8Array): string {
  const decoded = decodeMlsMessage(message);
  assert(decoded.kind === "private-message");
  const { suite, messages, tree } = state.fields;
  const signerOf = (leafIndex: number): Uint8Array | undefined => tree.leaf(leafIndex)?.signatureKey;
  return unprotectPrivate(suite, { messages, ownLeaf: -1, signerOf }, decoded.privateMessage).kind;
}

test("a receiver's stolen state does not decrypt what it has read", () => {
  const { states } = groupOf(["ann", "ben"]);
  const before = pick(states, 1);
  const { message } = sent(pick(states, 0), "read");
  const used = keyFor(before.fields.messages, before, 0, 0);
  assert(used !== undefined);
  assert.equal(thiefReads(before, message), "content");
  const after = processed(before, message, "application").state;
  assert.equal(thiefReads(after, message), "already-processed");
  assert(!stolenBytes(after).includes(latin1(used.key)));
});

test("a sender's stolen state does not decrypt what it has sent", () => {
  const { states } = groupOf(["ann", "ben"]);
  const { message, state } = sent(pick(states, 0), "sent");
  assert.equal(thiefReads(pick(states, 0), message), "content");
  assert.equal(thiefReads(state, message), "already-processed");
});

test("keys of skipped generations are kept by themselves: none leads to a consumed one", () => {
  const { states } = groupOf(["ann", "ben"]);
  const before = pick(states, 1);
  const messages: Uint8Array[] = [];
  let ann = pick(states, 0);
  for (let count = 0; count < 5; count++) {
    const { message, state } = sent(ann, `message ${count}`);
    messages.push(message);
    ann = state;
  }
  const secrets = [0, 1, 2, 3, 4].map((at) => keyFor(before.fields.messages, before, 0, at));
  let ben = before;
  for (const at of [4, 2, 0]) ben = processed(ben, pick(messages, at), "application").state;
  const stolen = stolenBytes(ben);
  for (const [at, secret] of secrets.entries()) {
    assert(secret !== undefined);
    const kept = at === 1 || at === 3;
    assert.equal(stolen.includes(latin1(secret.key)), kept, `the key of generation ${at}`);
    assert.equal(thiefReads(ben, pick(messages, at)), kept ? "content" : "already-processed");
  }
  const ratchet = ben.fields.messages.secretTree.shards.get(0)?.leaves.get(0)?.application;
  assert.equal(ratchet?.generation, 5, "the ratchet itself stands behind the last one");
});

test("skipped keys are bounded: the oldest go first", () => {
  const { states } = groupOf(["ann", "ben"]);
  let ann = pick(states, 0);
  const messages: Uint8Array[] = [];
  for (let count = 0; count < limits.skippedGenerationsMax + 20; count++) {
    const { message, state } = sent(ann, "x");
    messages.push(message);
    ann = state;
  }
  let ben = processed(pick(states, 1), pick(messages, 900), "application").state;
  ben = processed(ben, pick(messages, messages.length - 1), "application").state;
  const skipped = ben.fields.messages.secretTree.shards.get(0)?.leaves.get(0)?.application.skipped;
  assert.equal(skipped?.size, limits.skippedGenerationsMax);
  processed(ben, pick(messages, 0), "already-processed");
  processed(ben, pick(messages, 1_000), "application");
});

test("the epoch's root secret is gone once its leaves have spoken, and the init secret with the next epoch", () => {
  const { states } = groupOf(["ann", "ben"]);
  const before = pick(states, 1);
  const root = before.fields.messages.secretTree.shards.get(0)?.nodes.get(1);
  assert(root !== undefined && stolenBytes(before).includes(latin1(root)));
  const after = processed(before, sent(pick(states, 0), "hello").message, "application").state;
  assert(!stolenBytes(after).includes(latin1(root)));
  const made = commitOf(pick(states, 0));
  const next = stolenBytes(afterCommit(after, made.message));
  for (const secret of [before.fields.secrets.initSecret, before.fields.secrets.exporterSecret]) {
    assert(!next.includes(latin1(secret)));
  }
});

test("old private keys of the tree are gone after an own commit", () => {
  const { states } = groupOf(["ann", "ben"]);
  const before = pick(states, 0);
  const next = stolenBytes(commitOf(before).next);
  for (const privateKey of before.fields.privateKeys.values()) assert(!next.includes(latin1(privateKey)));
});

test("application messages of the last five epochs still read, older ones do not", () => {
  const { states } = groupOf(["ann", "ben"]);
  let [ann, ben] = [pick(states, 0), pick(states, 1)];
  const late: Uint8Array[] = [];
  for (let count = 0; count < 7; count++) {
    const { message, state } = sent(ann, `epoch ${count}`);
    late.push(message);
    const made = commitOf(state);
    ann = made.next;
    ben = afterCommit(ben, made.message);
  }
  assert.equal(pastEpochs(ben).length, limits.pastEpochs);
  processed(ben, pick(late, 0), "stale-epoch");
  processed(ben, pick(late, 1), "stale-epoch");
  for (const message of late.slice(2)) {
    const read = processed(ben, message, "application");
    ben = read.state;
    processed(ben, message, "already-processed");
  }
  const { state, changed } = forgetEpochsBefore(ben, 7n);
  assert.deepEqual(pastEpochs(state), [7n]);
  assert(changed.deleted.includes("epoch:6") && changed.deleted.includes("epoch:6:0"));
});

test("a late message is verified with the key that its sender's leaf had then", () => {
  const { people, states } = groupOf(["ann", "ben", "cat"]);
  const late = sent(pick(states, 1), "before I was removed");
  const removal = commitOf(pick(states, 0), { proposals: [{ kind: "remove", removed: 1 }] });
  const newcomer = person("dan");
  const joining = keyPackageOf(newcomer);
  const addition = commitOf(removal.next, { proposals: [addOf(joining)] });
  const cat = afterCommit(afterCommit(pick(states, 2), removal.message), addition.message);
  assert.equal(welcomed(addition, newcomer, joining).fields.ownLeaf, 1, "the leaf has a new owner");
  const read = processed(cat, late.message, "application");
  assert.deepEqual([read.sender, read.epoch, read.data], [1, 1n, toUtf8("before I was removed")]);
  assert.equal(people.length, 3);
});

test("a joiner reads nothing of the epochs before", () => {
  const { states } = groupOf(["ann", "ben"]);
  const { message, state } = sent(pick(states, 0), "old");
  const joiner = person("cat");
  const joining = keyPackageOf(joiner);
  const made = commitOf(state, { proposals: [addOf(joining)] });
  processed(welcomed(made, joiner, joining), message, "stale-epoch");
});

test("erasing a former state leaves the adopted one whole", () => {
  const { states } = groupOf(["ann", "ben"]);
  const before = pick(states, 1);
  const { initSecret } = before.fields.secrets;
  const leafKey = before.fields.privateKeys.get(2);
  assert(leafKey !== undefined);
  const read = processed(before, sent(pick(states, 0), "hello").message, "application");
  eraseState(before, read.state);
  const made = commitOf(pick(states, 0));
  const next = afterCommit(read.state, made.message);
  eraseState(read.state, next);
  assert(initSecret.every((byte) => byte === 0));
  assert(
    leafKey?.some((byte) => byte !== 0),
    "the leaf's key is still in use",
  );
  processed(next, sent(made.next, "still here").message, "application");
  const again = commitOf(next);
  afterCommit(made.next, again.message);
  eraseState(next);
  assert(leafKey.every((byte) => byte === 0));
});

test("a state does not print", () => {
  const { states } = groupOf(["ann", "ben"]);
  assert.equal(JSON.stringify(pick(states, 0)), '"[GroupState, epoch 1]"');
});
