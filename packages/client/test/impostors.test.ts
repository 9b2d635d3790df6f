import assert from "node:assert/strict";
import { test } from "node:test";
import { systemRandom } from "@quicprochat/crypto";
import { pinContact } from "../src/conversation/contact.ts";
import { claim } from "../src/effects/claim.ts";
import { foundGroup } from "../src/step/found-group.ts";
import { force, membersSeenBy, noticesTo, settle, takeJoiner, world } from "./forging-world.ts";

test("whoever invites under the name of another is declined, told of, and not in the way of the real one", async () => {
  const { person } = world();
  const [alice, impostor, dave] = [person("alice"), person("dave"), person("dave")];
  const theirs = await impostor.direct("alice");
  impostor.post(theirs, "hello, it is dave");
  await settle([impostor, alice], 1);
  assert.match(noticesTo(alice).join(), /not dave/);
  assert.deepEqual(
    alice.conversations().map(({ title }) => title),
    ["dave (impostor)"],
  );
  assert.throws(() => alice.post(theirs, "hello dave"), { code: "conversation_closed" });
  const real = await alice.direct("dave");
  assert.notEqual(real, theirs);
  alice.post(real, "is that you?");
  await settle([alice, dave], 2);
  assert.deepEqual(dave.texts(real), ["is that you?"]);
  await impostor.direct("alice");
  await settle([impostor, alice], 1);
  assert.throws(() => alice.post(theirs, "hello dave"), { code: "conversation_closed" });
});

test("a name that came while its owner could not be looked up is shown as unconfirmed, also by the next process", async () => {
  const { person, server } = world();
  const [alice, bob] = [person("alice"), person("bob")];
  const conversation = await alice.direct("bob");
  alice.post(conversation, "hello bob");
  await alice.sync();
  server.unavailable.add("alice");
  await bob.sync();
  const unconfirmed = () => bob.conversations().map((view) => view.unconfirmed);
  assert.deepEqual(bob.texts(conversation), ["hello bob"]);
  assert.deepEqual(unconfirmed(), [["alice"]]);
  bob.restart();
  assert.deepEqual(unconfirmed(), [["alice"]]);
  server.unavailable.clear();
  await bob.sync();
  assert.deepEqual(unconfirmed(), [undefined]);
  assert.deepEqual([server.lookedUp, noticesTo(bob)], [["alice"], []]);
  await settle([alice, bob, alice], 1);
  assert.deepEqual(server.lookedUp, ["alice"]);
});

test("an impostor among the members of a group is called one, and what was written to one goes nowhere", async () => {
  const { person, server } = world();
  const [alice, mallory, impostor] = [person("alice"), person("mallory"), person("dave")];
  const joiners = [takeJoiner(server, alice), takeJoiner(server, impostor)];
  const dave = person("dave");
  mallory.core.step((draft) =>
    foundGroup(draft, mallory.self, { conversationId: systemRandom(16), title: "friends", joiners: [] }),
  );
  await force(mallory, {}, joiners);
  await settle([alice, impostor], 2);
  const members = ["alice", "dave (impostor)", "mallory"];
  assert.deepEqual(membersSeenBy(alice), members);
  assert.equal(noticesTo(alice).filter((text) => /goes by the name dave/.test(text)).length, 1);
  const [conversation] = impostor.conversations();
  assert.ok(conversation !== undefined);
  impostor.post(conversation.conversation, "I am dave");
  await settle([impostor, alice], 1);
  assert.deepEqual(
    alice.takeNew().map(({ from }) => from),
    ["dave (impostor)"],
  );
  alice.refresh();
  await settle([alice], 1);
  assert.deepEqual(membersSeenBy(alice), members);
  assert.equal(noticesTo(alice).length, 1);
  assert.notEqual(await alice.direct("dave"), conversation.conversation);
  await settle([alice, dave], 1);
  assert.deepEqual(membersSeenBy(dave), ["alice", "dave"]);
});

test("an answer written before the name could be looked up never reaches an impostor", async () => {
  const { person, server } = world();
  const [alice, impostor] = [person("alice"), person("dave")];
  const theirs = await impostor.direct("alice");
  person("dave");
  server.unavailable.add("dave");
  await settle([impostor, alice], 1);
  alice.restart();
  alice.post(theirs, "the secret");
  server.unavailable.clear();
  await settle([alice, impostor], 2);
  assert.deepEqual(impostor.texts(theirs), []);
  assert.equal(alice.conversations()[0]?.lastMessage?.state, "failed");
});

test("a directory that goes back behind a known identity version or device list is found out", async () => {
  const { person } = world();
  const [alice, bob] = [person("alice"), person("bob")];
  const options = { core: alice.core, network: alice.network, signal: alice.signal };
  const { rootKey } = bob.self;
  await claim(options, "bob");
  for (const newer of [
    { identityVersion: 1, devicesCounter: 2n },
    { identityVersion: 2, devicesCounter: 0n },
  ]) {
    alice.core.step((draft) => assert.equal(pinContact(draft, "bob", { rootKey, ...newer }), "pinned"));
    await assert.rejects(claim(options, "bob"), { code: "server_lied" });
  }
});
