import assert from "node:assert/strict";
import { test } from "node:test";
import { toHex } from "@quicprochat/bytes";
import { systemRandom } from "@quicprochat/crypto";
import { groups } from "../src/conversation/group.ts";
import { joiners } from "../src/conversation/joiner.ts";
import { outboxRows } from "../src/outbox/outbox-row.ts";
import { MemoryPerson } from "./memory-person.ts";
import { MemoryServer } from "./memory-server.ts";

test("a group that is too large to invite to leaves nothing behind, and the next one comes about", async () => {
  const server = new MemoryServer(systemRandom);
  const founder = new MemoryPerson(server, "founder", systemRandom);
  const names = Array.from({ length: 26 }, (_, at) => `friend${at}`);
  for (const name of names) new MemoryPerson(server, name, systemRandom, { packages: 3 });
  await assert.rejects(founder.group("everybody", names), { code: "group_too_large", message: /fewer/ });
  const left = founder.core.look((draft) => [...draft.list(groups), ...draft.list(joiners)]);
  assert.deepEqual(left, []);
  assert.deepEqual(founder.vault.list("group-part"), []);
  assert.ok(await founder.group("some", names.slice(0, 2)));
  await assert.rejects(founder.add(founder.conversations()[0]?.conversation ?? "", names), { code: "group_too_large" });
  assert.equal(founder.conversations()[0]?.members.length, 3);
});

test("packages whose lifetime is over are not added, and the adder is told", async () => {
  const server = new MemoryServer(systemRandom);
  const [alice, bob] = [
    new MemoryPerson(server, "alice", systemRandom),
    new MemoryPerson(server, "bob", systemRandom),
  ] as const;
  alice.now = () => 1_900_000_000_000;
  await assert.rejects(alice.direct("bob"), { code: "user_away", message: /bob/ });
  assert.deepEqual(alice.conversations(), []);
  assert.deepEqual(bob.conversations(), []);
});

test("a cell that the server will never take is given up, and its message says so", async () => {
  const server = new MemoryServer(systemRandom);
  const [alice, bob] = [
    new MemoryPerson(server, "alice", systemRandom),
    new MemoryPerson(server, "bob", systemRandom),
  ] as const;
  const conversation = await alice.direct("bob");
  for (const person of [bob, alice]) await person.sync();
  server.refusing.add(toHex(bob.self.mailbox));
  alice.post(conversation, "never");
  await alice.sync();
  assert.equal(alice.conversations()[0]?.lastMessage?.state, "failed");
  assert.deepEqual(alice.vault.list(outboxRows.name), []);
  server.refusing.clear();
  alice.post(conversation, "now");
  await alice.sync();
  await bob.sync();
  assert.deepEqual(bob.texts(conversation), ["now"]);
});
