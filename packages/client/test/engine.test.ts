import assert from "node:assert/strict";
import { test } from "node:test";
import { Hosted, receive } from "./hosted.ts";

const patience = { timeoutMs: 60_000 };

test("engines talk over QUIC: direct, in a group, and while one of them is away", async () => {
  await using hosted = await Hosted.start();
  await using alice = await hosted.register("alice");
  await using bob = await hosted.register("bob");
  const carolAtFirst = await hosted.register("carol");
  await carolAtFirst.close();
  await Promise.all([alice.online(patience), bob.online(patience)]);

  const { conversation } = await alice.direct("bob");
  await alice.send(conversation, "hello bob");
  assert.deepEqual(await receive(bob, 1), ["hello bob"]);
  const sent = await bob.send(conversation, "hello alice");
  assert.equal(sent.conversation, conversation);
  assert.deepEqual(await receive(alice, 1), ["hello alice"]);
  assert.equal(alice.resolve("bob"), conversation);

  const group = await alice.createGroup("friends", ["bob", "carol"]);
  assert.deepEqual(group.members.toSorted(), ["alice", "bob", "carol"]);
  await alice.send(group.conversation, "first to all");
  assert.deepEqual(await receive(bob, 1), ["first to all"]);
  await using carol = await hosted.open("carol");
  await carol.online(patience);
  assert.deepEqual(
    carol.takeNew({ limit: 10 }).map(({ text }) => text),
    ["first to all"],
  );
  await carol.send(group.conversation, "carol is here");
  assert.deepEqual(await Promise.all([receive(alice, 1), receive(bob, 1)]), [["carol is here"], ["carol is here"]]);
  const roles = carol.members(group.conversation).map(({ user, role }) => `${user} ${role}`);
  assert.deepEqual(roles.toSorted(), ["alice owner", "bob member", "carol member"]);
});

test("a server that comes back finds its clients again, and what was written meanwhile arrives", async () => {
  await using hosted = await Hosted.start();
  await using alice = await hosted.register("alice");
  await using bob = await hosted.register("bob");
  await Promise.all([alice.online(patience), bob.online(patience)]);
  const { conversation } = await alice.direct("bob");
  await alice.send(conversation, "before");
  await receive(bob, 1);
  await hosted.stop();
  const posted = alice.post(conversation, "written without a server");
  assert.equal(posted.state, "pending");
  assert.equal(alice.status().outboxPending, 1);
  await hosted.start();
  assert.deepEqual(await receive(bob, 1), ["written without a server"]);
  assert.deepEqual(
    alice.history(conversation, { search: "WITHOUT server" }).map(({ text }) => text),
    ["written without a server"],
  );
});

test("what cannot be is refused with a code and a text that helps", async () => {
  await using hosted = await Hosted.start();
  await using alice = await hosted.register("alice");
  await using bob = await hosted.register("bob");
  await Promise.all([alice.online(patience), bob.online(patience)]);
  await assert.rejects(alice.direct("nobody"), { code: "unknown_user", message: /no such user/ });
  await assert.rejects(alice.direct("Not A Name!"), { code: "unknown_user", message: /a-z/ });
  await assert.rejects(alice.direct("alice"), { code: "yourself" });
  await assert.rejects(alice.createGroup("", ["bob"]), { code: "bad_title" });
  await assert.rejects(alice.createGroup("friends", ["bob", "nobody"]), { code: "unknown_user" });
  assert.throws(() => alice.resolve("friends"), { code: "unknown_conversation" });
  await assert.rejects(alice.send("00".repeat(16), "text"), { code: "unknown_conversation" });
  const { conversation } = await alice.direct("bob");
  await assert.rejects(alice.send(conversation, "x".repeat(60_001)), { code: "message_too_large", message: /60,000/ });
  await assert.rejects(alice.addMembers(conversation, ["bob"]), { code: "direct_conversation" });
  assert.ok((await alice.send(conversation, "é".repeat(30_000))).message);
  await alice.createGroup("work", ["bob"]);
  await alice.createGroup("work", []);
  assert.throws(() => alice.resolve("work"), { code: "ambiguous_conversation" });
});

test("an engine whose server is gone says so in the end, and keeps what it was to send", async () => {
  await using hosted = await Hosted.start();
  await using alice = await hosted.register("alice");
  await using bob = await hosted.register("bob");
  await Promise.all([alice.online(patience), bob.online(patience)]);
  const { conversation } = await alice.direct("bob");
  await alice.close();
  await hosted.stop();
  await using again = await hosted.open("alice");
  await assert.rejects(again.online({ timeoutMs: 1_500 }), { exitCode: 3, message: /reach/ });
  again.post(conversation, "for later");
  assert.equal(again.status().connected, false);
  await hosted.start();
  await again.online(patience);
  assert.deepEqual(await receive(bob, 1), ["for later"]);
});
