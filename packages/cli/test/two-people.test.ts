/** The main job on real processes: a server, three people, a direct chat and a group, through restarts. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Person, Scratch, ServerProcess } from "./processes.ts";

test("three people talk in a direct chat and in a group, offline delivery and restarts included", async () => {
  using scratch = new Scratch();
  await using server = new ServerProcess(`${scratch.path}/server`);
  await server.start();
  const [alice, bob, carol] = ["alice", "bob", "carol"].map((name) => new Person(name, scratch.path));
  assert.ok(alice && bob && carol);
  for (const person of [alice, bob, carol]) {
    const account = await person.register(server.invite);
    assert.equal(account["user"], person.name);
    assert.match(String(account["recoveryCode"]), /\w{4}/);
  }

  const direct = String((await alice.must("dm", "bob"))["conversation"]);
  await alice.must("send", direct, "hello bob");
  assert.deepEqual(await bob.receive(10, 1), ["hello bob"]);
  await bob.must("send", direct, "hello alice");
  assert.deepEqual(await alice.receive(10, 1), ["hello alice"]);

  // Carol is offline while she is added and written to, and the server restarts before she comes.
  const group = String((await alice.must("group", "create", "friends", "bob", "carol"))["conversation"]);
  await alice.must("send", group, "first to all");
  assert.equal(await server.end("SIGTERM"), 0);
  await server.start();
  assert.deepEqual(await carol.receive(10, 1), ["first to all"]);
  assert.deepEqual(await bob.receive(10, 1), ["first to all"]);
  await carol.must("send", group, "carol is here");
  await bob.must("send", group, "bob too");
  const heard = await alice.receive(10, 2);
  assert.deepEqual(heard.toSorted(), ["bob too", "carol is here"]);

  await server.end("SIGKILL");
  await server.start();
  await alice.must("send", group, "after the crash");
  assert.ok((await carol.receive(10, 2)).includes("after the crash"));
  const { lines } = await carol.run(["group", "members", group]);
  assert.match(JSON.stringify(lines), /alice.*bob.*carol|bob.*carol|carol/);
});
