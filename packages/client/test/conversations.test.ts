import assert from "node:assert/strict";
import { test } from "node:test";
import { toHex } from "@quicprochat/bytes";
import { systemRandom } from "@quicprochat/crypto";
import { groups } from "../src/conversation/group.ts";
import { membersOf } from "../src/conversation/members.ts";
import { handOut, markRead } from "../src/history/hand-out.ts";
import { stateName } from "../src/step/group-states.ts";
import { MemoryPerson } from "./memory-person.ts";
import { MemoryServer } from "./memory-server.ts";

const names = ["alice", "bob", "carol", "dave"] as const;
type World = { readonly server: MemoryServer } & Record<(typeof names)[number], MemoryPerson>;

function world(): World {
  const server = new MemoryServer(systemRandom);
  const person = (name: string): MemoryPerson => new MemoryPerson(server, name, systemRandom);
  return { server, alice: person("alice"), bob: person("bob"), carol: person("carol"), dave: person("dave") };
}

async function syncAll(people: readonly MemoryPerson[], rounds = 6): Promise<void> {
  for (let round = 0; round < rounds; round++) for (const person of people) await person.sync();
}

const newTexts = (person: MemoryPerson): string[] => person.takeNew().map(({ text }) => text);

/** Kinds of addresses at which the members of all groups take their cells, as this person knows them. */
function deliveriesKnownTo(person: MemoryPerson): string[] {
  return person.core.look((draft) =>
    draft.list(groups).flatMap(({ key }) => {
      const state = draft.state(stateName(key));
      return state === undefined ? [] : membersOf(state).map(({ delivery }) => delivery?.kind ?? "none");
    }),
  );
}

test("two people talk in a direct conversation, both ways, and each message is handed out once", async () => {
  const { alice, bob } = world();
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
  assert.deepEqual(newTexts(alice), ["hello alice"]);
  assert.deepEqual(alice.texts(conversation), ["hello bob", "hello alice"]);
  assert.deepEqual(bob.texts(conversation), ["hello bob", "hello alice"]);
  assert.deepEqual([...alice.faults, ...bob.faults], []);
});

test("who joins brings keys of its own, and its private mailbox in place of its door", async () => {
  const { alice, bob } = world();
  await alice.direct("bob");
  await alice.sync();
  assert.deepEqual(deliveriesKnownTo(alice), ["mailbox", "door"]);
  await syncAll([bob, alice], 2);
  assert.deepEqual(deliveriesKnownTo(alice), ["mailbox", "mailbox"]);
  assert.deepEqual(deliveriesKnownTo(bob), ["mailbox", "mailbox"]);
});

test("members of a group commit at once, and all come to one epoch and hear each other", async () => {
  const { alice, bob, carol, dave } = world();
  const all = [alice, bob, carol, dave];
  const conversation = await alice.group("friends", ["bob", "carol", "dave"]);
  alice.post(conversation, "first to all");
  await alice.sync();
  // All three have joined before any of them commits.
  for (const person of [bob, carol, dave]) await person.sync({ refresh: false });
  await Promise.all([bob, carol, dave].map((person) => person.sync()));
  await syncAll(all);
  const epochs = all.map((person) => person.conversations().map(({ epoch }) => epoch));
  assert.deepEqual(new Set(epochs.flat()), new Set(["4"]));
  assert.deepEqual(new Set(deliveriesKnownTo(dave)), new Set(["mailbox"]));
  for (const person of [bob, carol, dave]) {
    assert.deepEqual(newTexts(person), ["first to all"]);
    person.post(conversation, `${person.name} is here`);
  }
  await syncAll(all, 2);
  for (const person of all) {
    assert.deepEqual(person.texts(conversation).toSorted(), alice.texts(conversation).toSorted());
    assert.deepEqual(person.texts(conversation), alice.texts(conversation));
    assert.deepEqual(person.faults, []);
  }
  assert.equal(alice.texts(conversation).length, 4);
});

test("two people who begin a direct conversation at the same moment end up in one", async () => {
  for (let round = 0; round < 4; round++) {
    const { alice, bob } = world();
    const [one, other] = await Promise.all([alice.direct("bob"), bob.direct("alice")]);
    assert.equal(one, other);
    alice.post(one, "from alice");
    bob.post(one, "from bob");
    await syncAll([alice, bob]);
    alice.post(one, "again from alice");
    bob.post(one, "again from bob");
    await syncAll([alice, bob]);
    for (const person of [alice, bob]) {
      assert.deepEqual(person.conversations().length, 1);
      assert.equal(person.texts(one).length, 4, `${person.name}: ${person.texts(one).join()}`);
      assert.deepEqual(person.faults, []);
    }
    const inUse = [alice, bob].map((person) =>
      person.core.look((draft) => draft.list(groups).filter(({ value }) => value.status === "active")),
    );
    assert.deepEqual(
      inUse.map((active) => active.map(({ key }) => toHex(key))),
      [inUse[0], inUse[0]].map((active) => (active ?? []).map(({ key }) => toHex(key))),
    );
  }
});

test("somebody who is added later reads from then on, and only an owner or admin adds", async () => {
  const { alice, bob, carol } = world();
  const conversation = await alice.group("friends", ["bob"]);
  alice.post(conversation, "before carol");
  await syncAll([alice, bob], 3);
  await assert.rejects(bob.add(conversation, ["carol"]), { code: "not_allowed" });
  await alice.add(conversation, ["carol"]);
  bob.post(conversation, "written before bob has heard of carol");
  await syncAll([bob, alice, carol], 3);
  alice.post(conversation, "after carol");
  await syncAll([alice, bob, carol], 3);
  assert.deepEqual(bob.texts(conversation).length, 3);
  assert.ok(carol.texts(conversation).includes("after carol"));
  assert.ok(!carol.texts(conversation).includes("before carol"));
  assert.deepEqual(carol.conversations()[0]?.members.toSorted(), ["alice", "bob", "carol"]);
  assert.deepEqual([...alice.faults, ...bob.faults, ...carol.faults], []);
});

test("a member who missed a notice finds its way along the slots", async () => {
  const { alice, bob, carol, server } = world();
  const conversation = await alice.group("friends", ["bob", "carol"]);
  await syncAll([alice, bob, carol]);
  const before = server.waiting(carol.self.mailbox);
  await alice.add(conversation, ["dave"]);
  await syncAll([alice, bob], 2);
  assert.ok(server.waiting(carol.self.mailbox) > before);
  server.empty(carol.self.mailbox);
  bob.post(conversation, "can you read this?");
  await bob.sync();
  await carol.sync();
  assert.deepEqual(carol.texts(conversation), ["can you read this?"]);
  assert.deepEqual(carol.conversations()[0]?.members.toSorted(), ["alice", "bob", "carol", "dave"]);
});

test("what was handed out stays so in the next process, and unread messages count until they are read", async () => {
  const { alice, bob } = world();
  const conversation = await alice.direct("bob");
  for (const text of ["one", "two", "three"]) alice.post(conversation, text);
  await syncAll([alice, bob], 2);
  const unread = (): number | undefined => bob.conversations()[0]?.unread;
  assert.equal(unread(), 3);
  assert.deepEqual(
    bob.core.step((draft) => handOut(draft, 2)).map(({ text }) => text),
    ["one", "two"],
  );
  bob.restart();
  await bob.sync();
  assert.deepEqual(newTexts(bob), ["three"]);
  assert.deepEqual(newTexts(bob), []);
  assert.equal(unread(), 3);
  bob.core.step((draft) => markRead(draft, new Uint8Array(Buffer.from(conversation, "hex"))));
  bob.restart();
  assert.equal(unread(), 0);
  assert.equal(alice.conversations()[0]?.lastMessage?.text, "three");
  assert.equal(alice.conversations()[0]?.lastMessage?.state, "stored");
});

test("no title, text, name, conversation id or group id is in what the server stores", async () => {
  const { alice, bob, server } = world();
  const conversation = await alice.group("a title for nobody else", ["bob"]);
  alice.post(conversation, "a text for nobody else");
  await syncAll([alice, bob], 3);
  const groupIds = alice.core.look((draft) => draft.list(groups).map(({ key }) => Buffer.from(key)));
  const needles = ["a title for nobody else", "a text for nobody else", "alice", "bob"].map((text) =>
    Buffer.from(text),
  );
  assert.ok(server.stored.length > 4);
  for (const needle of [...needles, ...groupIds, Buffer.from(conversation, "hex")]) {
    assert.ok(!server.stored.some((bytes) => Buffer.from(bytes).includes(needle)));
  }
});

test("sending to many opens each cell once, however many wait beside it", async () => {
  const { alice, server } = world();
  const names = Array.from({ length: 8 }, (_, at) => `friend${at}`);
  const friends = names.map((name) => new MemoryPerson(server, name, systemRandom));
  const conversation = await alice.group("many", names);
  await syncAll([alice, ...friends, alice], 2);
  const { vault } = alice;
  const [get, list] = [vault.get.bind(vault), vault.list.bind(vault)];
  const opened: string[] = [];
  vault.get = (table, key) => {
    opened.push(table);
    return get(table, key);
  };
  vault.list = (table, options) => {
    const rows = list(table, options);
    opened.push(...rows.map(() => table));
    return rows;
  };
  alice.post(conversation, "to all of you");
  await alice.sync({ refresh: false });
  assert.equal(opened.filter((table) => table === "outbox-cell").length, names.length);
  assert.equal(opened.filter((table) => table === "outbox").length, 0);
  assert.equal(alice.conversations()[0]?.lastMessage?.state, "stored");
});
