/** The operations that begin a group out of another: reinitialisation, and branching. */
import assert from "node:assert/strict";
import { equalBytes } from "@quicprochat/bytes";
import {
  branch,
  type Committed,
  type CreatedKeyPackage,
  commit,
  encrypt,
  epochAuthenticator,
  type GroupState,
  joinByWelcome,
  pendingReinit,
  processMessage,
  propose,
  reinitialise,
} from "../../src/index.ts";
import { committed, now } from "../people.ts";
import type { Client } from "./client.ts";
import type { Operation } from "./operations.ts";
import type { World } from "./world.ts";

/** All come back, one commits the ReInit, one creates the new group, and all others join it. */
export const reinitialiseGroup: Operation = (world) => {
  const { seeded, suite } = world;
  for (const client of world.clients) client.online = true;
  world.followAll();
  const author = seeded.pick(world.following());
  const reinit = {
    groupId: seeded.bytes(16),
    version: 1,
    cipherSuite: suite.id,
    extensions: world.contextExtensions(),
  };
  const proposal = { kind: "reinit", reinit } as const;
  const options = { wire: "public", now, random: seeded.bytes } as const;
  if (seeded.chance(0.5)) {
    const proposed = propose(author.state, proposal, options);
    assert(proposed.kind === "proposed");
    author.adopt(proposed);
    world.announce(proposed.message, proposed.reference, author);
    world.publish(author, committed(commit(author.state, { ...options, references: [proposed.reference] })));
  } else {
    world.publish(author, committed(commit(author.state, { ...options, references: [], proposals: [proposal] })));
  }
  const states = startWith(world, world.following(), (creator, others) => {
    assert.notEqual(pendingReinit(creator.state), undefined);
    const last = encrypt(creator.state, { data: seeded.bytes(3), random: seeded.bytes });
    assert.equal(last.kind, "refused", "nothing more is sent in the old group");
    return committed(reinitialise(creator.state, successorOf(world, creator, others)));
  });
  world.succeed(states);
  return `${author.name} reinitialises the group`;
};

/** A group beside this one, in which all understand each other; it ends there. */
export const branchGroup: Operation = (world) => {
  const { seeded } = world;
  const some = seeded.some(world.following(), 5);
  if (some.length < 2) return undefined;
  const states = [
    ...startWith(world, some, (creator, others) =>
      committed(branch(creator.state, { ...successorOf(world, creator, others), groupId: seeded.bytes(16) })),
    ).values(),
  ];
  const [first, ...rest] = states;
  assert(first !== undefined);
  const sent = encrypt(first, { data: seeded.bytes(9), random: seeded.bytes });
  assert(sent.kind === "encrypted");
  for (const state of rest) assert.equal(processMessage(state, sent.message).kind, "application");
  return `${some.map(({ name }) => name).join()} branch off`;
};

const successorOf = (world: World, creator: Client, others: readonly CreatedKeyPackage[]) => ({
  keyPackages: others.map(({ keyPackage }) => keyPackage),
  credential: creator.credential,
  signatureKeyPair: creator.signatureKeyPair,
  capabilities: creator.capabilities(world.suite),
  now,
  random: world.seeded.bytes,
});

function startWith(
  world: World,
  clients: readonly Client[],
  start: (creator: Client, others: readonly CreatedKeyPackage[]) => Committed,
): Map<Client, GroupState> {
  const [creator, ...others] = world.seeded.shuffled(clients);
  assert(creator !== undefined);
  const created = others.map((client) => ({ client, own: client.keyPackage(world.suite) }));
  const made = start(
    creator,
    created.map(({ own }) => own),
  );
  const states = new Map([[creator, made.next]]);
  for (const { client, own } of created) {
    assert(made.welcome !== undefined);
    const joined = joinByWelcome({
      welcome: made.welcome,
      keyPackage: own.keyPackage,
      secrets: own.secrets,
      signaturePrivateKey: client.signatureKeyPair.privateKey,
      previous: client.state,
    });
    assert(joined.kind === "joined", `${client.name} joins the successor: ${JSON.stringify(joined)}`);
    assert(equalBytes(epochAuthenticator(joined.state), epochAuthenticator(made.next)));
    states.set(client, joined.state);
  }
  return states;
}
