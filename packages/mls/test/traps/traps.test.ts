import assert from "node:assert/strict";
import { test } from "node:test";
import { openSenderData } from "../../src/framing/sender-data.ts";
import { encodeContext, enterEpoch } from "../../src/group/next-epoch.ts";
import {
  commit,
  createKeyPackage,
  decodeMlsMessage,
  epochAuthenticator,
  type GroupState,
  groupInfo,
  joinExternally,
  limits,
  loadGroup,
  processMessage,
  type SavedPart,
  saveGroup,
} from "../../src/index.ts";
import { deriveTreeSecret } from "../../src/keys/ratchet.ts";
import { messageKeyOf } from "../../src/keys/secret-tree.ts";
import { openPart } from "../../src/state/seal-part.ts";
import { encryptionKeyAt } from "../../src/tree/ratchet-tree.ts";
import {
  addOf,
  afterCommit,
  commitOf,
  committed,
  groupOf,
  keyPackageOf,
  lifetime,
  now,
  person,
  pick,
  processed,
  random,
  refusalOf,
  sent,
  welcomed,
} from "../people.ts";

/** All members' states after the commit of one of them. */
function allAfter(states: readonly GroupState[], committer: number): GroupState[] {
  const made = commitOf(pick(states, committer));
  return states.map((state, at) => (at === committer ? made.next : afterCommit(state, made.message)));
}

test("trap 1: a removed member does not enter the next epoch with what it has", () => {
  const { states } = groupOf(["ann", "ben", "cat"]);
  const ben = pick(states, 1);
  const made = commitOf(pick(states, 0), { proposals: [{ kind: "remove", removed: 1 }] });
  const { message } = sent(made.next, "without ben");
  const decoded = decodeMlsMessage(message);
  assert(decoded.kind === "private-message");
  // Of the next epoch it knows everything that is public, and its own init secret: only a path keeps it out.
  const { suite, context } = made.next.fields;
  const zeros = new Uint8Array(suite.hashBytes);
  const { initSecret } = ben.fields.secrets;
  const entering = { initSecret, commitSecret: zeros, pskSecret: zeros, encodedContext: encodeContext(context) };
  const { entry } = enterEpoch(suite, entering);
  assert.equal(openSenderData(suite, entry.senderDataSecret, decoded.privateMessage), undefined);
  assert.equal(processMessage(ben, message).kind, "future-epoch");
});

test("trap 1: a leaf that is removed and added again in one commit has new keys all the way up", () => {
  const { people, states } = groupOf(["ann", "ben", "cat", "dan"]);
  // Now the parent of cat and dan has a key that cat knows.
  const before = allAfter(allAfter(states, 3), 2);
  const again = keyPackageOf(pick(people, 2));
  const made = commitOf(pick(before, 0), { proposals: [{ kind: "remove", removed: 2 }, addOf(again)] });
  assert.deepEqual([made.summary.removed, made.summary.added], [[2], [2]]);
  const [former, after] = [pick(before, 2).fields, made.next.fields];
  assert(former.privateKeys.size >= 3);
  for (const node of former.privateKeys.keys()) {
    const known = encryptionKeyAt(former.tree, node);
    assert(known !== undefined);
    for (let at = 0; at < after.tree.width; at++) assert.notDeepEqual(encryptionKeyAt(after.tree, at), known);
  }
  const back = welcomed(made, pick(people, 2), again);
  for (const at of [1, 3]) {
    assert.deepEqual(epochAuthenticator(afterCommit(pick(before, at), made.message)), epochAuthenticator(back));
  }
});

test("trap 2: joiners take trees with leaves that are unmerged at several heights", () => {
  let { states } = groupOf(["ann", "ben", "cat", "dan", "eve"]);
  for (const committer of [4, 2, 0]) states = allAfter(states, committer);
  for (const name of ["fay", "gus"]) {
    const who = person(name);
    const joining = keyPackageOf(who);
    // An Add without a path: the leaf stays unmerged at each parent that is not blank.
    const made = commitOf(pick(states, 0), { proposals: [addOf(joining)] });
    assert.equal(made.summary.leafNode, undefined);
    states = states.map((state, at) => (at === 0 ? made.next : afterCommit(state, made.message)));
    states = [...states, welcomed(made, who, joining)];
  }
  // A commit from a leaf beside them, and somebody who joins upon it.
  states = allAfter(states, 4);
  const last = person("hal");
  const joining = keyPackageOf(last);
  const made = commitOf(pick(states, 1), { proposals: [addOf(joining)] });
  const joined = welcomed(made, last, joining);
  for (const [at, state] of states.entries()) {
    if (at === 1) continue;
    assert.deepEqual(epochAuthenticator(afterCommit(state, made.message)), epochAuthenticator(joined));
  }
});

test("trap 3: an outsider's external commit removes nobody but its own former leaf", () => {
  const { states } = groupOf(["ann", "ben", "cat"]);
  const info = groupInfo(pick(states, 0), { withTree: true, externalPub: true });
  const made = committed(joinExternally({ ...person("mallory"), groupInfo: info, remove: 1, random }));
  for (const at of [0, 2]) {
    assert.equal(refusalOf(pick(states, at), made.message), "public external-commit-removes-other");
  }
  assert.notEqual(processMessage(pick(states, 1), made.message).kind, "removed");
});

test("trap 4: nothing in a stolen state derives a key that was consumed", () => {
  const { states } = groupOf(["ann", "ben"]);
  const before = pick(states, 1);
  const messages: Uint8Array[] = [];
  let ann = pick(states, 0);
  for (let generation = 0; generation < 6; generation++) {
    const step = sent(ann, `message ${generation}`);
    messages.push(step.message);
    ann = step.state;
  }
  const { suite, messages: own } = before.fields;
  const keys = messages.map((_, generation) => {
    const step = messageKeyOf(suite, own.secretTree, { leafIndex: 0, kind: "application", generation });
    assert(step.kind === "key");
    return Buffer.from(step.messageKey.key).toString("latin1");
  });
  // Generations 0, 2 and 4 are skipped; 1, 3 and 5 are read.
  let ben = before;
  for (const at of [3, 1, 5]) ben = processed(ben, pick(messages, at), "application").state;
  const consumed = [1, 3, 5].map((at) => pick(keys, at));
  const stolen = stolenBytes(ben);
  for (const key of consumed) assert(!stolen.toString("latin1").includes(key), "a consumed key itself");
  // Whatever 32 bytes are the ratchet's secret of some generation: that key, and those behind it.
  for (let start = 0; start + suite.hashBytes <= stolen.length; start++) {
    for (let first = 0; first < messages.length; first++) {
      let secret: Uint8Array = new Uint8Array(stolen.subarray(start, start + suite.hashBytes));
      for (let generation = first; generation < messages.length; generation++) {
        const derive = (label: string, length: number): Uint8Array =>
          deriveTreeSecret(suite, { secret, label, generation, length });
        const key = Buffer.from(derive("key", suite.keyBytes)).toString("latin1");
        assert(!consumed.includes(key), `the bytes at ${start} derive a consumed key`);
        secret = derive("secret", suite.hashBytes);
      }
    }
  }
  for (const at of [1, 3, 5]) processed(ben, pick(messages, at), "already-processed");
});

/** All that a thief of the store and its key reads. */
function stolenBytes(state: GroupState): Buffer {
  const key = random(32);
  const { groupId } = state.fields.context;
  const parts = saveGroup(state, { key }).map(({ name, bytes }) => {
    const opened = openPart({ key, name, groupId: name === "group" ? new Uint8Array(0) : groupId }, bytes);
    assert(opened !== undefined);
    return opened;
  });
  return Buffer.concat(parts);
}

test("trap 5: a committer adds nobody whose KeyPackage is over, not begun or badly signed", () => {
  const { states } = groupOf(["ann", "ben"]);
  const day = 86_400n;
  const skew = limits.clockSkewSeconds;
  const refusalFor = (proposal: Parameters<typeof addOf>[0]["keyPackage"]): string => {
    const outcome = commit(pick(states, 0), {
      proposals: [{ kind: "add", keyPackage: proposal }],
      wire: "public",
      now,
      random,
    });
    return outcome.kind === "refused" ? outcome.refusal.code : outcome.kind;
  };
  const cat = person("cat");
  const over = { notBefore: now - 20n * day, notAfter: now - skew - 1n };
  const early = { notBefore: now + skew + 1n, notAfter: now + 20n * day };
  for (const fault of [over, early]) {
    const { keyPackage } = createKeyPackage({ ...cat, lifetime: fault, random });
    assert.equal(refusalFor(keyPackage), "leaf-lifetime");
  }
  const { keyPackage } = createKeyPackage({ ...cat, lifetime, random });
  const flipped = keyPackage.signature.with(7, (keyPackage.signature[7] ?? 0) ^ 1);
  assert.equal(refusalFor({ ...keyPackage, signature: flipped }), "key-package-signature");
  assert.equal(refusalFor(keyPackage), "committed");
});

test("trap 6: what a past epoch keeps does not grow with the group", () => {
  const bytesOfPast = (count: number): number => {
    const names = Array.from({ length: count }, (_, at) => `member ${at}`);
    let state = pick(groupOf(names).states, 0);
    for (let epochs = 0; epochs < limits.pastEpochs + 2; epochs++) state = commitOf(state).next;
    const past = saveGroup(state, { key: random(32) }).filter(({ name }) => /^epoch:[2-7]\b/.test(name));
    return past.reduce((sum, { bytes }) => sum + bytes.length, 0);
  };
  const [few, many] = [bytesOfPast(4), bytesOfPast(32)];
  assert(few > 100);
  assert(many < few * 1.5, `${few} bytes with 4 members, ${many} with 32`);
});

test("trap 7: a commit too early, one too late and one of another history are told apart", () => {
  const { states } = groupOf(["ann", "ben", "cat"]);
  const [ann, ben, cat] = [pick(states, 0), pick(states, 1), pick(states, 2)];
  const first = commitOf(ann);
  const second = commitOf(first.next);
  assert.equal(processMessage(ben, second.message).kind, "future-epoch");
  assert.equal(processMessage(ben, sent(first.next, "x").message).kind, "future-epoch");
  assert.equal(processMessage(second.next, first.message).kind, "stale-epoch");
  const other = afterCommit(cat, commitOf(ben).message);
  assert.equal(processMessage(other, second.message).kind, "fork");
  assert.equal(processMessage(other, sent(first.next, "x").message).kind, "fork");
});

test("trap 8: bytes behind a message, or behind what it carries, are refused", () => {
  const { states } = groupOf(["ann", "ben"]);
  const joiner = person("cat");
  const joining = keyPackageOf(joiner);
  const made = commitOf(pick(states, 0), { proposals: [addOf(joining)], path: true });
  assert(made.welcome !== undefined);
  const more = (bytes: Uint8Array): Uint8Array => Uint8Array.of(...bytes, 0);
  assert.equal(refusalOf(pick(states, 1), more(made.message)), "public malformed");
  assert.equal(refusalOf(pick(states, 1), more(sent(pick(states, 0), "x").message)), "public malformed");
  assert.throws(() => decodeMlsMessage(more(joining.message)));
  assert.throws(() => decodeMlsMessage(more(made.welcome ?? joining.message)));
  const info = groupInfo(pick(states, 0), { withTree: false, externalPub: true });
  const tree = more(made.ratchetTree());
  const outside = joinExternally({ ...joiner, groupInfo: info, ratchetTree: tree, random });
  assert.equal(outside.kind === "refused" && outside.refusal.code, "malformed");
});

test("trap 9: a stored state that was changed, exchanged or mixed with an older one does not load", () => {
  const { states } = groupOf(["ann", "ben", "cat"]);
  const state = pick(states, 0);
  const key = random(32);
  const parts = saveGroup(state, { key });
  const kindOf = (changed: readonly SavedPart[]): string => loadGroup(changed, { key }).kind;
  assert.equal(kindOf(parts), "loaded");
  for (const [at, { name, bytes }] of parts.entries()) {
    for (let byte = 0; byte < bytes.length; byte += 13) {
      const flipped = bytes.with(byte, (bytes[byte] ?? 0) ^ 0x10);
      assert.equal(kindOf(parts.with(at, { name, bytes: flipped })), "refused", `${name}, byte ${byte}`);
    }
  }
  const nodes = parts.filter(({ name }) => name.startsWith("node:"));
  const swapped = parts.map((part) => {
    if (part.name === pick(nodes, 0).name) return { name: part.name, bytes: pick(nodes, 1).bytes };
    return part.name === pick(nodes, 1).name ? { name: part.name, bytes: pick(nodes, 0).bytes } : part;
  });
  assert.deepEqual(loadGroup(swapped, { key }), { kind: "refused", code: "corrupt" });
  const older = pick(nodes, 0);
  const next = saveGroup(commitOf(state).next, { key });
  assert.equal(kindOf(next.map((part) => (part.name === older.name ? older : part))), "refused");
});

test("trap 10: once members have updated, a commit is a few ciphertexts and not one for each of them", () => {
  const names = Array.from({ length: 32 }, (_, at) => `member ${at}`);
  let { states } = groupOf(names);
  const bulk = commitOf(pick(states, 0)).message.length;
  // Every second one suffices: each fills the parents above its neighbour, too.
  for (let at = 0; at < states.length; at += 2) states = allAfter(states, at);
  const filled = commitOf(pick(states, 0)).message.length;
  const { tree } = pick(states, 0).fields;
  for (let node = 1; node < tree.width; node += 2)
    assert.notEqual(tree.parent(node), undefined, `node ${node} is blank`);
  assert(filled * 2 < bulk, `${filled} bytes against ${bulk}`);
  processed(pick(states, 5), commitOf(pick(states, 0)).message, "commit");
});
