import assert from "node:assert/strict";
import { test } from "node:test";
import { toUtf8 } from "@quicprochat/bytes";
import { openSenderData } from "../../src/framing/sender-data.ts";
import {
  decodeMlsMessage,
  encrypt,
  epoch,
  type GroupState,
  joinByWelcome,
  limits,
  loadGroup,
  processMessage,
  saveGroup,
} from "../../src/index.ts";
import { messageKeyOf } from "../../src/keys/secret-tree.ts";
import { openPart } from "../../src/state/seal-part.ts";
import { addOf, afterCommit, commitOf, groupOf, keyPackageOf, person, pick, processed, random } from "../people.ts";
import { Seeded } from "../scenario/seeded.ts";

const key = random(32);

type Sent = { readonly message: Uint8Array; readonly epoch: bigint; readonly keyBytes: string };

/** What a thief of the store and its key has: the state itself, and all bytes of it. */
function steal(state: GroupState): { readonly state: GroupState; readonly bytes: string } {
  const parts = saveGroup(state, { key });
  const loaded = loadGroup(parts, { key });
  assert(loaded.kind === "loaded");
  const plain = parts.map(({ name, bytes }) => {
    const groupId = name === "group" ? new Uint8Array(0) : state.fields.context.groupId;
    return openPart({ key, name, groupId }, bytes) ?? new Uint8Array(0);
  });
  return { state: loaded.state, bytes: latin1(Buffer.concat(plain)) };
}

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");

/** The key of a message, as its sender had it: nobody else may keep it. */
function send(author: GroupState, text: string): { readonly state: GroupState; readonly sent: Sent } {
  const made = encrypt(author, { data: toUtf8(text), random });
  assert(made.kind === "encrypted");
  const decoded = decodeMlsMessage(made.message);
  assert(decoded.kind === "private-message");
  const { suite, messages, ownLeaf: leafIndex } = author.fields;
  const data = openSenderData(suite, messages.senderDataSecret, decoded.privateMessage);
  assert(data !== undefined);
  const { generation } = data;
  const step = messageKeyOf(suite, messages.secretTree, { leafIndex, kind: "application", generation });
  assert(step.kind === "key");
  const sent = { message: made.message, epoch: epoch(author), keyBytes: latin1(step.messageKey.key) };
  return { state: made.state, sent };
}

/** Secrets that live for one epoch only. */
const secretsOf = ({ fields }: GroupState): readonly Uint8Array[] => [
  fields.secrets.initSecret,
  fields.secrets.exporterSecret,
  fields.secrets.externalSecret,
  fields.secrets.membershipKey,
];

test("a state stolen at any time reads nothing that was read, and holds no secret of an epoch that is over", () => {
  for (let seed = 1; seed <= 6; seed++) {
    const seeded = new Seeded(seed);
    let { states } = groupOf(["ann", "ben", "cat", "dan"]);
    const waiting: Sent[] = [];
    const consumed: Sent[] = [];
    const over: Uint8Array[] = [];
    for (let step = 0; step < 60; step++) {
      const author = seeded.pick([0, 2, 3]);
      if (seeded.chance(0.2)) {
        // The reader commits, too: what it used for that is over as well.
        const committer = seeded.below(4);
        const before = pick(states, 1);
        over.push(...secretsOf(before).map((secret) => secret.slice()));
        const made = commitOf(pick(states, committer), { wire: seeded.chance(0.5) ? "public" : "private" });
        states = states.map((state, at) => (at === committer ? made.next : afterCommit(state, made.message)));
      } else if (seeded.chance(0.6)) {
        const { state, sent } = send(pick(states, author), `step ${step}`);
        states = states.with(author, state);
        waiting.push(sent);
      } else if (waiting.length > 0) {
        const [next] = waiting.splice(seeded.below(waiting.length), 1);
        assert(next !== undefined);
        const reader = pick(states, 1);
        const outcome = processMessage(reader, next.message);
        const tooOld = next.epoch + BigInt(limits.pastEpochs) < epoch(reader);
        assert.equal(outcome.kind, tooOld ? "stale-epoch" : "application", `seed ${seed}, step ${step}`);
        if (outcome.kind === "application") states = states.with(1, outcome.state);
        consumed.push(next);
      }
      if (step % 10 === 9) tryAll(pick(states, 1), { consumed, waiting, over }, `seed ${seed}, step ${step}`);
    }
  }
});

type Known = {
  readonly consumed: readonly Sent[];
  readonly waiting: readonly Sent[];
  readonly over: readonly Uint8Array[];
};

function tryAll(victim: GroupState, { consumed, waiting, over }: Known, when: string): void {
  const stolen = steal(victim);
  for (const { message, keyBytes } of consumed) {
    const { kind } = processMessage(stolen.state, message);
    assert(kind === "already-processed" || kind === "stale-epoch", `${when}: ${kind}`);
    assert(!stolen.bytes.includes(keyBytes), `${when}: a consumed key is stored`);
  }
  for (const secret of over) assert(!stolen.bytes.includes(latin1(secret)), `${when}: a secret outlives its epoch`);
  // That the thief is no fool: what was not read yet it does read, as long as the epoch is kept.
  for (const { message, epoch: sentIn } of waiting) {
    const kept = sentIn + BigInt(limits.pastEpochs) >= epoch(victim);
    assert.equal(processMessage(stolen.state, message).kind, kept ? "application" : "stale-epoch", when);
  }
}

test("keys of skipped generations are bounded for each sender and epoch, and go with the epoch", () => {
  const { states } = groupOf(["ann", "ben"]);
  let [ann, ben] = [pick(states, 0), pick(states, 1)];
  for (let jump = 0; jump < 3; jump++) {
    for (let count = 0; count < limits.skippedGenerationsMax - 1; count++) ann = send(ann, "lost").state;
    const { state, sent } = send(ann, "read");
    ann = state;
    ben = processed(ben, sent.message, "application").state;
  }
  const skipped = ben.fields.messages.secretTree.shards.get(0)?.leaves.get(0)?.application.skipped;
  assert.equal(skipped?.size, limits.skippedGenerationsMax);
  const full = steal(ben).bytes.length;
  for (let count = 0; count <= limits.pastEpochs; count++) {
    const made = commitOf(ann);
    ann = made.next;
    ben = afterCommit(ben, made.message);
  }
  assert(steal(ben).bytes.length * 4 < full, "they are gone with their epoch");
});

test("once the KeyPackage's secrets are gone, a joiner's state does not open its Welcome again", () => {
  const { states } = groupOf(["ann", "ben"]);
  const who = person("cat");
  const { keyPackage, secrets } = keyPackageOf(who);
  const made = commitOf(pick(states, 0), { proposals: [addOf({ ...keyPackageOf(who), keyPackage, secrets })] });
  assert(made.welcome !== undefined);
  const { privateKey: signaturePrivateKey } = who.signatureKeyPair;
  const joining = { welcome: made.welcome, keyPackage, signaturePrivateKey };
  const joined = joinByWelcome({ ...joining, secrets });
  assert(joined.kind === "joined");
  const stolen = steal(joined.state);
  assert(!stolen.bytes.includes(latin1(secrets.initPrivateKey)));
  for (const privateKey of stolen.state.fields.privateKeys.values()) {
    const again = joinByWelcome({ ...joining, secrets: { ...secrets, initPrivateKey: privateKey } });
    assert.equal(again.kind === "refused" && again.refusal.code, "group-secrets");
  }
});
