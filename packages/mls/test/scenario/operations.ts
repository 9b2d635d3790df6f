/** Everything that members, outsiders and the network may do in a scenario: one function each, which says what it did. */
import assert from "node:assert/strict";
import { generateSigningKeyPair } from "@quicprochat/crypto";
import {
  type CommitOptions,
  type Committed,
  commit,
  epoch,
  groupId,
  groupInfo,
  joinExternally,
  members,
  type Proposal,
  pendingProposals,
  processMessage,
  propose,
  proposeExternally,
  proposeUpdate,
  ratchetTree,
} from "../../src/index.ts";
import { committed, now } from "../people.ts";
import type { Client } from "./client.ts";
import { describe, type Mail, type World } from "./world.ts";

/** `undefined` when there is nothing of the kind to do. */
export type Operation = (world: World) => string | undefined;

export const commitSomething: Operation = (world) => {
  const author = world.seeded.pick(world.following());
  const proposals = someProposals(world, author);
  const made = tryCommit(world, author, proposals);
  world.publish(author, made);
  return `${author.name} commits ${kindsOf(made)}`;
};

/** Several commit in one epoch: one wins, the others follow it and have lost nothing but a generation. */
export const raceToCommit: Operation = (world) => {
  const { seeded } = world;
  const authors = seeded.some(world.following(), 2 + seeded.below(2));
  if (authors.length < 2) return undefined;
  const attempts = authors.map((author) => ({ author, made: tryCommit(world, author, someProposals(world, author)) }));
  const winner = seeded.pick(attempts);
  // What is read while one waits for the outcome must stay read.
  if (seeded.chance(0.3)) readMail(world, seeded.pick(authors), 3);
  const losers = attempts.filter((attempt) => attempt !== winner);
  world.publish(winner.author, winner.made);
  for (const { author, made } of losers) if (author.hasState) author.discard(made.next);
  return `${winner.author.name} wins with ${kindsOf(winner.made)} against ${losers.map(({ author }) => author.name).join()}`;
};

export const proposeSomething: Operation = (world) => {
  const { seeded } = world;
  const author = seeded.pick(world.following());
  const wire = seeded.chance(0.5) ? "public" : "private";
  const options = { wire, now, random: seeded.bytes, authenticatedData: seeded.bytes(seeded.below(5)) } as const;
  const signatureKeyPair = seeded.chance(0.3) ? { signatureKeyPair: generateSigningKeyPair(seeded.bytes) } : {};
  const proposal = seeded.chance(0.4) ? undefined : proposalByReference(world, author);
  const proposed =
    proposal === undefined
      ? proposeUpdate(author.state, signatureKeyPair, options)
      : propose(author.state, proposal, options);
  assert(proposed.kind === "proposed", `a proposal: ${JSON.stringify(proposed)}`);
  author.adopt(proposed);
  world.announce(proposed.message, proposed.reference, author);
  return `${author.name} proposes ${proposal?.kind ?? "update"} in a ${wire} message`;
};

export const proposeFromOutside: Operation = (world) => {
  const { seeded } = world;
  const { state } = seeded.pick(world.following());
  // Two that say the same are not the same message.
  const authenticatedData = seeded.bytes(8);
  const target = { suite: world.suite, groupId: groupId(state), epoch: epoch(state), authenticatedData };
  if (seeded.chance(0.5) && world.inside.size < world.membersMax) {
    const client = world.outsider();
    const { keyPackage } = world.keyPackageOf(client);
    const made = proposeExternally({
      ...target,
      sender: { kind: "new-member-proposal" },
      proposal: { kind: "add", keyPackage },
      signaturePrivateKey: client.signatureKeyPair.privateKey,
    });
    world.announce(made.message, made.reference, undefined);
    return `${client.name} asks to be added`;
  }
  const removed = seeded.pick(members(state)).leafIndex;
  const made = proposeExternally({
    ...target,
    sender: { kind: "external", senderIndex: 0 },
    proposal: { kind: "remove", removed },
    signaturePrivateKey: world.externalSender.privateKey,
  });
  world.announce(made.message, made.reference, undefined);
  return `the external sender proposes to remove leaf ${removed}`;
};

/** A stranger, or a member that begins anew in the place of its former leaf. */
export const joinFromOutside: Operation = (world) => {
  const { seeded } = world;
  const witness = seeded.pick(world.following());
  const resyncs = seeded.chance(0.5);
  const comers = [...world.inside].filter((client) => client !== witness);
  if (resyncs ? comers.length === 0 : world.inside.size >= world.membersMax) return undefined;
  const joiner = resyncs ? seeded.pick(comers) : world.outsider();
  const { credential } = joiner;
  const leaf = members(witness.state).find((each) => sameName(each.credential, joiner));
  assert.equal(leaf !== undefined, resyncs);
  const withTree = seeded.chance(0.5);
  const made = joinExternally({
    groupInfo: groupInfo(witness.state, { withTree, externalPub: true }),
    ...(withTree ? {} : { ratchetTree: ratchetTree(witness.state) }),
    ...(leaf === undefined ? {} : { remove: leaf.leafIndex }),
    credential,
    signatureKeyPair: seeded.chance(0.5) ? joiner.signatureKeyPair : generateSigningKeyPair(seeded.bytes),
    capabilities: joiner.capabilities(world.suite),
    pskIds: seeded.chance(0.3) ? [externalPsk(world)] : [],
    psks: world.pskStore(undefined),
    random: seeded.bytes,
  });
  world.publish(joiner, committed(made));
  return `${joiner.name} ${resyncs ? "begins anew" : "joins"} by an external commit`;
};

/** A stranger joins in the place of a member: nobody takes that commit. */
export const intrude: Operation = (world) => {
  const { seeded } = world;
  const following = world.following();
  const { state } = seeded.pick(following);
  const victim = seeded.pick(members(state)).leafIndex;
  const stranger = world.newClient();
  const { credential, signatureKeyPair } = stranger;
  const info = groupInfo(state, { withTree: true, externalPub: true });
  const capabilities = stranger.capabilities(world.suite);
  const identity = { credential, signatureKeyPair, capabilities, random: seeded.bytes };
  const made = committed(joinExternally({ ...identity, groupInfo: info, remove: victim }));
  for (const client of following) {
    const outcome = processMessage(client.state, made.message, { now });
    assert.equal(describe(outcome), "public external-commit-removes-other", `${client.name} hears of a stranger`);
  }
  return `${stranger.name} wants to be leaf ${victim}`;
};

export const sendMail: Operation = (world) => {
  const { seeded } = world;
  const sender = seeded.pick(world.following());
  const count = 1 + seeded.below(4);
  for (let at = 0; at < count; at++) world.send(sender, seeded.bytes(seeded.below(100)));
  return `${sender.name} sends ${count}`;
};

/** Late, in any order, again, or never. */
export const deliverMail: Operation = (world) => {
  const reader = world.seeded.pick([...world.inside]);
  return `${reader.name} reads ${readMail(world, reader, 6)}`;
};

function readMail(world: World, reader: Client, count: number): string {
  const letters = world.seeded.some(world.mail, count);
  for (const letter of letters) read(reader, letter);
  return letters.map((letter) => `${letter.sender.name}/${letter.epoch}`).join();
}

function read(reader: Client, letter: Mail): void {
  const expected = expectedOf(reader, letter);
  const outcome = processMessage(reader.state, letter.message, { now });
  assert.equal(outcome.kind, expected, `${reader.name} in ${epoch(reader.state)} reads: ${describe(outcome)}`);
  if (outcome.kind !== "application") return;
  reader.adopt(outcome);
  reader.read.add(letter);
  const { data, authenticatedData, sender, epoch: sentIn } = outcome;
  assert.deepEqual([data, authenticatedData], [letter.data, letter.authenticatedData]);
  assert.deepEqual([sender, sentIn], [letter.leafIndex, letter.epoch]);
}

function expectedOf(reader: Client, letter: Mail): string {
  if (letter.epoch > epoch(reader.state)) return "future-epoch";
  if (letter.epoch < reader.oldestEpoch) return "stale-epoch";
  if (letter.sender === reader) return "own-message";
  return reader.read.has(letter) ? "already-processed" : "application";
}

export const reload: Operation = (world) => {
  const client = world.seeded.pick([...world.inside]);
  client.reload();
  return `${client.name} loads its state again`;
};

export const forgetEpochs: Operation = (world) => {
  const client = world.seeded.pick([...world.inside]);
  const back = BigInt(world.seeded.below(4));
  const oldest = epoch(client.state) > back ? epoch(client.state) - back : 0n;
  client.forget(oldest);
  return `${client.name} forgets epochs before ${oldest}`;
};

/** Goes away, or comes back and catches up. At least one member always follows. */
export const goAwayOrReturn: Operation = (world) => {
  const { seeded } = world;
  const away = world.clients.filter((client) => client.hasState && !client.online);
  if (away.length > 0 && seeded.chance(0.6)) {
    const client = seeded.pick(away);
    client.online = true;
    world.follow(client);
    return `${client.name} comes back`;
  }
  if (world.following().length < 2) return undefined;
  const client = seeded.pick(world.following());
  client.online = false;
  return `${client.name} goes away`;
};

function tryCommit(world: World, author: Client, proposals: readonly Proposal[]): Committed {
  const { seeded } = world;
  const pending = pendingProposals(author.state);
  const byReference = pending.length > 0 && seeded.chance(0.8);
  const signatureKeyPair = seeded.chance(0.1) ? { signatureKeyPair: generateSigningKeyPair(seeded.bytes) } : {};
  const options: CommitOptions = {
    proposals,
    ...(byReference ? {} : { references: [] }),
    ...(seeded.chance(0.2) ? { path: true } : {}),
    ...signatureKeyPair,
    wire: seeded.chance(0.5) ? "public" : "private",
    welcome: { tree: seeded.chance(0.5) ? "inline" : "apart" },
    authenticatedData: seeded.bytes(seeded.below(5)),
    paddingBytes: seeded.below(30),
    psks: world.pskStore(author.oldestEpoch),
    now,
    random: seeded.bytes,
  };
  const made = committed(commit(author.state, options));
  assert(made.former !== undefined);
  // Before it is sent: whoever wins, the generation is used.
  author.adopt(made.former);
  return made;
}

function someProposals(world: World, author: Client): Proposal[] {
  const { seeded } = world;
  const proposals: Proposal[] = [];
  const room = world.membersMax - world.inside.size;
  const many = world.inside.size < world.membersMax / 3 ? 8 : 2;
  const adds = seeded.chance(0.45) ? Math.min(room, 1 + seeded.below(many)) : 0;
  const added = new Set<Client>();
  for (let at = 0; at < adds; at++) added.add(world.outsider());
  for (const client of added) proposals.push({ kind: "add", keyPackage: world.keyPackageOf(client).keyPackage });
  const others = members(author.state).filter(({ leafIndex }) => leafIndex !== author.state.fields.ownLeaf);
  const crowded = world.inside.size > world.membersMax * 0.7;
  for (const { leafIndex } of seeded.some(others, seeded.chance(crowded ? 0.5 : 0.25) ? 1 + seeded.below(2) : 0)) {
    // Somebody has to be left who follows.
    if (others.length > 2) proposals.push({ kind: "remove", removed: leafIndex });
  }
  if (seeded.chance(0.15)) proposals.push({ kind: "psk", id: externalPsk(world) });
  if (seeded.chance(0.1)) proposals.push({ kind: "psk", id: resumptionPsk(world, author) });
  if (seeded.chance(0.1)) {
    proposals.push({ kind: "group-context-extensions", extensions: world.contextExtensions() });
  }
  return seeded.shuffled(proposals);
}

function proposalByReference(world: World, author: Client): Proposal {
  const { seeded } = world;
  const { state } = author;
  const leaves = members(state).map(({ leafIndex }) => leafIndex);
  const choice = seeded.below(6);
  if (choice === 0) return { kind: "psk", id: externalPsk(world) };
  if (choice === 1) return { kind: "psk", id: resumptionPsk(world, author) };
  if (choice === 2) return { kind: "group-context-extensions", extensions: world.contextExtensions() };
  if (choice === 3 && leaves.length > 2) return { kind: "remove", removed: seeded.pick(leaves) };
  if (choice === 4 && leaves.length > 2) return { kind: "remove", removed: state.fields.ownLeaf };
  if (world.inside.size >= world.membersMax) return { kind: "psk", id: externalPsk(world) };
  return { kind: "add", keyPackage: world.keyPackageOf(world.outsider()).keyPackage };
}

const externalPsk = ({ seeded }: World) =>
  ({ kind: "external", id: seeded.bytes(1 + seeded.below(8)), nonce: seeded.bytes(32) }) as const;

/** Of one of the last epochs that its proposer has seen. */
function resumptionPsk(world: World, { state }: Client) {
  const { seeded } = world;
  const known = state.fields.resumptionPsks.filter((each) => world.knowsEpoch(groupId(state), each.epoch));
  const { epoch: at } = seeded.pick(known.slice(-5));
  return {
    kind: "resumption",
    usage: "application",
    groupId: groupId(state),
    epoch: at,
    nonce: seeded.bytes(32),
  } as const;
}

const sameName = (credential: { readonly kind: string; readonly identity?: Uint8Array }, client: Client): boolean =>
  credential.kind === "basic" &&
  client.credential.kind === "basic" &&
  Buffer.compare(credential.identity ?? Buffer.of(), client.credential.identity) === 0;

const kindsOf = ({ summary }: Committed): string =>
  summary.proposals.length === 0 ? "nothing" : summary.proposals.map(({ proposal }) => proposal.kind).join();
