import assert from "node:assert/strict";
import { test } from "node:test";
import { systemRandom } from "@quicprochat/crypto";
import { MemoryPerson } from "./memory-person.ts";
import { MemoryServer } from "./memory-server.ts";

function world(...names: string[]): { server: MemoryServer; people: MemoryPerson[] } {
  const server = new MemoryServer(systemRandom);
  return { server, people: names.map((name) => new MemoryPerson(server, name, systemRandom)) };
}

test("two people talk in a direct conversation, both ways", async () => {
  const { people } = world("alice", "bob");
  const [alice, bob] = people;
  assert.ok(alice && bob);
  const conversation = await alice.direct("bob");
  alice.post(conversation, "hello bob");
  await alice.sync();
  await bob.sync();
  assert.deepEqual(
    bob.takeNew().map(({ text, from }) => [from, text]),
    [["alice", "hello bob"]],
  );
  assert.deepEqual(bob.takeNew(), []);
  assert.equal(await bob.direct("alice"), conversation);
  bob.post(conversation, "hello alice");
  await bob.sync();
  await alice.sync();
  assert.deepEqual(
    alice.takeNew().map(({ text }) => text),
    ["hello alice"],
  );
  assert.deepEqual(alice.texts(conversation), ["hello bob", "hello alice"]);
  assert.deepEqual(bob.texts(conversation), ["hello bob", "hello alice"]);
  assert.deepEqual([...alice.faults, ...bob.faults], []);
});
