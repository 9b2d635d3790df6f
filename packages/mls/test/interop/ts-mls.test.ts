import assert from "node:assert/strict";
import { test } from "node:test";
import { fromUtf8, toUtf8 } from "@quicprochat/bytes";
import {
  type CommitOptions,
  type Committed,
  type CreatedKeyPackage,
  commit,
  createGroup,
  createKeyPackage,
  decodeMlsMessage,
  epochAuthenticator,
  exportSecret,
  extensionType,
  externalPublicKey,
  type GroupState,
  groupInfo,
  joinByWelcome,
  joinExternally,
  type Proposal,
  propose,
  proposeUpdate,
} from "../../src/index.ts";
import { committed, type Person, person, processed, random, sent } from "../people.ts";
import { addForPeer, clockLifetime, clockNow, TsMlsPeer } from "./ts-mls-peer.ts";

const ownPackage = (who: Person): CreatedKeyPackage => createKeyPackage({ ...who, lifetime: clockLifetime, random });

const founded = (who: Person): GroupState => createGroup({ ...who, groupId: random(16), random });

function peerAdd(peer: TsMlsPeer): Proposal {
  const message = decodeMlsMessage(peer.keyPackage);
  assert(message.kind === "key-package");
  return { kind: "add", keyPackage: message.keyPackage };
}

const commitNow = (state: GroupState, options: Partial<CommitOptions> = {}): Committed =>
  committed(commit(state, { wire: "private", now: clockNow, random, ...options }));

function joined(who: Person, { keyPackage, secrets }: CreatedKeyPackage, welcome: Uint8Array | undefined): GroupState {
  assert(welcome !== undefined);
  const { privateKey: signaturePrivateKey } = who.signatureKeyPair;
  const outcome = joinByWelcome({ welcome, keyPackage, secrets, signaturePrivateKey });
  assert(outcome.kind === "joined", JSON.stringify(outcome));
  return outcome.state;
}

/** Both are in the same epoch, and read each other; the first of ours afterwards. */
async function understand(ours: readonly GroupState[], peers: readonly TsMlsPeer[]): Promise<GroupState[]> {
  const states = [...ours];
  for (const state of states) {
    for (const peer of peers) {
      assert.deepEqual(peer.epochAuthenticator, epochAuthenticator(state));
      const exported = { label: "interop", context: toUtf8("context"), length: 40 };
      assert.deepEqual(
        await peer.exported("interop", exported.context, exported.length),
        exportSecret(state, exported),
      );
    }
  }
  for (const [from, state] of states.entries()) {
    const { message, state: after } = sent(state, `from ours, ${from}`);
    for (const peer of peers) {
      const heard = await peer.hear(message);
      assert.deepEqual(heard, { kind: "application", data: toUtf8(`from ours, ${from}`) });
    }
    for (const [to, other] of states.entries()) {
      states[to] = to === from ? after : processed(other, message, "application").state;
    }
  }
  for (const [from, peer] of peers.entries()) {
    const message = await peer.send(toUtf8(`from theirs, ${from}`));
    for (const other of peers) if (other !== peer) await other.hear(message);
    for (const [to, state] of states.entries()) {
      const read = processed(state, message, "application");
      assert.equal(fromUtf8(read.data), `from theirs, ${from}`);
      states[to] = read.state;
    }
  }
  return states;
}

const only = ([state]: readonly GroupState[]): GroupState => {
  assert(state !== undefined);
  return state;
};

test("ts-mls creates and adds us; both talk, and both commit", async () => {
  const peer = await TsMlsPeer.named("theirs");
  await peer.create(random(16));
  const us = person("ours");
  const own = ownPackage(us);
  const { welcome } = await peer.commit({ extraProposals: [addForPeer(own.message)], ratchetTreeExtension: true });
  let state = only(await understand([joined(us, own, welcome)], [peer]));
  for (const wire of ["public", "private"] as const) {
    const made = commitNow(state, { wire });
    assert.equal((await peer.hear(made.message)).kind, "handshake");
    state = only(await understand([made.next], [peer]));
    const theirs = await peer.commit({ wireAsPublicMessage: wire === "public" });
    state = only(await understand([processed(state, theirs.message, "commit").state], [peer]));
  }
});

for (const tree of ["inline", "apart"] as const) {
  test(`we create and add ts-mls, with the tree ${tree}; it adds another one of ours, and removes it`, async () => {
    const [us, another] = [person("ours"), person("another of ours")];
    const [peer, second] = [await TsMlsPeer.named("theirs"), await TsMlsPeer.named("second of theirs")];
    const made = commitNow(founded(us), { proposals: [peerAdd(peer), peerAdd(second)], welcome: { tree } });
    assert(made.welcome !== undefined);
    for (const each of [peer, second]) {
      await each.join(made.welcome, ...(tree === "apart" ? [made.ratchetTree()] : []));
    }
    let states = await understand([made.next], [peer, second]);

    const update = commitNow(only(states));
    for (const each of [peer, second]) await each.hear(update.message);
    const own = ownPackage(another);
    const add = await peer.commit({ extraProposals: [addForPeer(own.message)], ratchetTreeExtension: true });
    await second.hear(add.message);
    const followed = processed(update.next, add.message, "commit").state;
    states = await understand([followed, joined(another, own, add.welcome)], [peer, second]);

    const [first, other] = states;
    assert(first !== undefined && other !== undefined);
    // A path beside the Remove: ts-mls leaves it out where the Remove is alone.
    const empty = await second.commit();
    await peer.hear(empty.message);
    const before = [first, other].map((state) => processed(state, empty.message, "commit").state);
    const removal = commitNow(only(before), { proposals: [{ kind: "remove", removed: 3 }] });
    for (const each of [peer, second]) await each.hear(removal.message);
    assert(before[1] !== undefined);
    processed(before[1], removal.message, "removed");
    await understand([removal.next], [peer, second]);
  });
}

test("proposals by reference go both ways", async () => {
  const us = person("ours");
  const [peer, candidate] = [await TsMlsPeer.named("theirs"), await TsMlsPeer.named("candidate")];
  const made = commitNow(founded(us), { proposals: [peerAdd(peer)] });
  assert(made.welcome !== undefined);
  await peer.join(made.welcome);
  let state = only(await understand([made.next], [peer]));

  for (const wire of ["public", "private"] as const) {
    const update = proposeUpdate(state, {}, { now: clockNow, random, wire });
    assert(update.kind === "proposed");
    await peer.hear(update.message);
    const theirs = await peer.commit();
    state = only(await understand([processed(update.state, theirs.message, "commit").state], [peer]));
  }

  const message = await peer.propose(addForPeer(candidate.keyPackage), true);
  state = processed(state, message, "proposal").state;
  const add = commitNow(state);
  await peer.hear(add.message);
  assert(add.welcome !== undefined);
  await candidate.join(add.welcome);
  state = only(await understand([add.next], [peer, candidate]));

  const removal = propose(state, { kind: "remove", removed: 2 }, { now: clockNow, random });
  assert(removal.kind === "proposed");
  await peer.hear(removal.message);
  const last = commitNow(removal.state);
  await peer.hear(last.message);
  await understand([last.next], [peer]);
});

test("each joins a group of the other by an external commit", async () => {
  const peer = await TsMlsPeer.named("theirs");
  await peer.create(random(16));
  const us = person("ours");
  const made = committed(joinExternally({ ...us, groupInfo: await peer.groupInfo(), random }));
  assert.equal((await peer.hear(made.message)).kind, "handshake");
  await understand([made.next], [peer]);

  const state = founded(us);
  const other = await TsMlsPeer.named("theirs, too");
  // The length of the key that section 12.4.3.2 has is unknown to it.
  const bare = { type: extensionType.externalPub, data: externalPublicKey(state) };
  const info = groupInfo(state, { withTree: true, externalPub: false, extensions: [bare] });
  const message = await other.joinExternally(info);
  await understand([processed(state, message, "commit").state], [other]);
});
