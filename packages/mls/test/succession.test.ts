import assert from "node:assert/strict";
import { test } from "node:test";
import { toUtf8 } from "@quicprochat/bytes";
import {
  branch,
  type Committed,
  type CreatedKeyPackage,
  classicalSuite,
  commit,
  encrypt,
  epoch,
  epochAuthenticator,
  externalSendersExtension,
  type GroupState,
  groupId,
  hybridSuite,
  joinByWelcome,
  members,
  pendingReinit,
  propose,
  proposeExternally,
  reinitialise,
} from "../src/index.ts";
import {
  addOf,
  afterCommit,
  commitOf,
  committed,
  groupOf,
  keyPackageOf,
  now,
  type Person,
  person,
  pick,
  processed,
  random,
  refusalOf,
  sent,
  welcomed,
} from "./people.ts";

function join(made: Committed, who: Person, own: CreatedKeyPackage, previous?: GroupState) {
  assert(made.welcome !== undefined);
  const options = {
    welcome: made.welcome,
    keyPackage: own.keyPackage,
    secrets: own.secrets,
    signaturePrivateKey: who.signatureKeyPair.privateKey,
  };
  return joinByWelcome(previous === undefined ? options : { ...options, previous });
}

test("a group is reinitialised with another suite, and only those of the old one can join", () => {
  const { people, states } = groupOf(["ann", "ben"], { suite: classicalSuite });
  const reinit = { groupId: random(16), version: 1, cipherSuite: hybridSuite.id, extensions: [] };
  const ended = commitOf(pick(states, 0), { proposals: [{ kind: "reinit", reinit }] });
  const ben = afterCommit(pick(states, 1), ended.message);
  assert.deepEqual(pendingReinit(ben), reinit);
  for (const outcome of [
    commit(ben, { wire: "public", now, random }),
    encrypt(ben, { data: toUtf8("no"), random }),
    propose(ben, { kind: "remove", removed: 0 }, { now, random }),
  ]) {
    assert(outcome.kind === "refused" && outcome.refusal.code === "reinit-pending");
  }
  const [annNow, benNow] = people.map((who) => ({ ...who, suite: hybridSuite }));
  assert(annNow !== undefined && benNow !== undefined);
  const joining = keyPackageOf(benNow);
  const incomplete = reinitialise(ended.next, { ...annNow, keyPackages: [], now, random });
  assert(incomplete.kind === "refused" && incomplete.refusal.code === "reinit-mismatch");
  const made = committed(reinitialise(ended.next, { ...annNow, keyPackages: [joining.keyPackage], now, random }));
  const joined = join(made, benNow, joining, ben);
  assert(joined.kind === "joined", joined.kind === "refused" ? joined.refusal.code : "");
  assert.deepEqual([epoch(joined.state), groupId(joined.state)], [1n, reinit.groupId]);
  assert.deepEqual(epochAuthenticator(joined.state), epochAuthenticator(made.next));
  const stranger = join(made, benNow, joining);
  assert(stranger.kind === "refused" && stranger.refusal.code === "psk-missing");
  const other = join(made, benNow, joining, pick(states, 1));
  assert(other.kind === "refused" && other.refusal.code === "psk-missing");
});

test("some members branch off, and a stranger among them is refused", () => {
  const { people, states } = groupOf(["ann", "ben", "cat"]);
  const [ann, ben] = [pick(people, 0), pick(people, 1)];
  const joining = keyPackageOf(ben);
  const options = { ...ann, groupId: random(16), now, random };
  const made = committed(branch(pick(states, 0), { ...options, keyPackages: [joining.keyPackage] }));
  const joined = join(made, ben, joining, pick(states, 1));
  assert(joined.kind === "joined");
  assert.equal(members(joined.state).length, 2);
  processed(joined.state, sent(made.next, "just us").message, "application");
  const strange = branch(pick(states, 0), { ...options, keyPackages: [keyPackageOf(person("zoe")).keyPackage] });
  assert(strange.kind === "refused" && strange.refusal.code === "reinit-mismatch");
});

test("external and resumption PSKs go into the epoch of members and joiners alike", () => {
  const { states } = groupOf(["ann", "ben"]);
  const [ann, ben] = [pick(states, 0), pick(states, 1)];
  const psks = (): Uint8Array => toUtf8("shared beforehand");
  const resumption = {
    kind: "resumption",
    usage: "application",
    groupId: groupId(ann),
    epoch: 1n,
    nonce: random(32),
  } as const;
  const external = { kind: "external", id: toUtf8("id"), nonce: random(32) } as const;
  const both = commitOf(ann, {
    proposals: [
      { kind: "psk", id: external },
      { kind: "psk", id: resumption },
    ],
    psks,
  });
  const later = afterCommit(ben, both.message, { psks });
  assert.deepEqual(epochAuthenticator(later), epochAuthenticator(both.next));
  const newcomer = person("cat");
  const joining = keyPackageOf(newcomer);
  const made = commitOf(both.next, { proposals: [addOf(joining), { kind: "psk", id: external }], psks });
  const without = join(made, newcomer, joining);
  assert(without.kind === "refused" && without.refusal.code === "psk-missing");
});

test("a listed external sender proposes, a stranger cannot, and a newcomer asks to be added", () => {
  const service = person("service");
  const listed = { signatureKey: service.signatureKeyPair.publicKey, credential: service.credential };
  const { states } = groupOf(["ann", "ben", "cat"], { groupContextExtensions: [externalSendersExtension([listed])] });
  const [ann, ben] = [pick(states, 0), pick(states, 1)];
  const base = { suite: classicalSuite, groupId: groupId(ann), epoch: epoch(ann) } as const;
  const external = { ...base, sender: { kind: "external", senderIndex: 0 } } as const;
  const { privateKey: signaturePrivateKey } = service.signatureKeyPair;
  const removal = proposeExternally({ ...external, proposal: { kind: "remove", removed: 2 }, signaturePrivateKey });
  const newcomer = person("dan");
  const joining = keyPackageOf(newcomer);
  const asking = proposeExternally({
    ...base,
    sender: { kind: "new-member-proposal" },
    proposal: addOf(joining),
    signaturePrivateKey: newcomer.signatureKeyPair.privateKey,
  });
  const informed = [ann, ben].map((state) =>
    [removal, asking].reduce((so, { message }) => processed(so, message, "proposal").state, state),
  );
  const made = commitOf(pick(informed, 0));
  assert.deepEqual([made.summary.removed, made.summary.added], [[2], [2]]);
  const followed = afterCommit(pick(informed, 1), made.message);
  assert.deepEqual(epochAuthenticator(welcomed(made, newcomer, joining)), epochAuthenticator(followed));

  const forged = proposeExternally({
    ...external,
    proposal: { kind: "remove", removed: 1 },
    signaturePrivateKey: newcomer.signatureKeyPair.privateKey,
  });
  assert.equal(refusalOf(ann, forged.message), "public bad-signature");
  const unlisted = proposeExternally({
    ...external,
    sender: { kind: "external", senderIndex: 1 },
    proposal: { kind: "remove", removed: 1 },
    signaturePrivateKey,
  });
  assert.equal(refusalOf(ann, unlisted.message), "public unknown-sender");
  const forbidden = proposeExternally({
    ...external,
    proposal: { kind: "external-init", kemOutput: random(32) },
    signaturePrivateKey,
  });
  assert.equal(refusalOf(ann, forbidden.message), "public bad-sender");
});
