/** What must not be lost when a device is behind, its server has forgotten something, or its own disk fails for a while. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { systemRandom } from "@quicprochat/crypto";
import { groups } from "../src/conversation/group.ts";
import { messageIds } from "../src/history/message.ts";
import { vaultFailure } from "../src/vault/vault-failure.ts";
import { MemoryPerson } from "./memory-person.ts";
import { MemoryServer } from "./memory-server.ts";

type World = Record<"alice" | "bob" | "carol", MemoryPerson> & { readonly server: MemoryServer };

function world(): World {
  const server = new MemoryServer(systemRandom);
  const person = (name: string): MemoryPerson => new MemoryPerson(server, name, systemRandom);
  return { server, alice: person("alice"), bob: person("bob"), carol: person("carol") };
}

function later(people: readonly MemoryPerson[], ms: number): void {
  for (const person of people) {
    const at = person.now() + ms;
    person.now = () => at;
  }
}

/** Walks of one group pause in between: each round is a minute later. */
async function settle(people: readonly MemoryPerson[], rounds = 4): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    for (const person of people) {
      later([person], 60_000);
      await person.sync();
    }
  }
}

async function groupOfThree({ alice, bob, carol }: World): Promise<string> {
  const conversation = await alice.group("friends", ["bob", "carol"]);
  await alice.sync();
  await settle([bob, carol, alice]);
  return conversation;
}

/** Puts cells past everything that an honest engine would ask itself. */
async function leave(by: MemoryPerson, address: Uint8Array, cells: readonly Uint8Array[]): Promise<void> {
  const [group] = by.core.look((draft) => draft.list(groups));
  const row = {
    purpose: "notice",
    address,
    door: false,
    doorKey: new Uint8Array(0),
    groupId: group?.key ?? new Uint8Array(32),
    epoch: 0n,
    user: "somebody",
    deviceId: systemRandom(16),
    messageKey: new Uint8Array(0),
  } as const;
  const rows = cells.map((cell) => ({ ...row, id: systemRandom(16), cell }));
  await by.network.enqueue(rows, () => {}, by.signal);
}

/** Whenever it is asked which messages are known. */
function failing(person: MemoryPerson, failure: Error): { readonly mend: () => void } {
  const { vault } = person;
  const get = vault.get.bind(vault);
  vault.get = (table, key) => {
    if (table === messageIds.name) throw failure;
    return get(table, key);
  };
  return {
    mend: () => {
      vault.get = get;
    },
  };
}

test("a device that was behind when it had just walked, and then ended, still finds its way", async () => {
  const all = world();
  const { alice, bob, carol, server } = all;
  const conversation = await groupOfThree(all);
  await leave(bob, carol.self.mailbox, [systemRandom(1_024)]);
  await carol.sync();
  later([alice, bob, carol], 1_000);
  bob.refresh();
  await bob.sync();
  server.empty(carol.self.mailbox);
  bob.post(conversation, "did you see this?");
  await bob.sync();
  await carol.sync();
  assert.deepEqual(carol.texts(conversation), []);
  carol.restart();
  later([carol], 3_600_000);
  await carol.sync();
  assert.deepEqual(carol.texts(conversation), ["did you see this?"]);
});

test("a mailbox that the server has made anew is read from its beginning", async () => {
  const { alice, bob, server } = world();
  const conversation = await alice.direct("bob");
  await settle([alice, bob], 3);
  const texts = ["one", "two", "three", "four", "five"];
  for (const text of texts) bob.post(conversation, text);
  await settle([bob, alice], 2);
  server.openBox(alice.self.mailbox, { door: false });
  bob.post(conversation, "after the server has lost its disk");
  await bob.sync();
  alice.restart();
  await alice.sync();
  assert.deepEqual(alice.texts(conversation), [...texts, "after the server has lost its disk"]);
  assert.equal(server.waiting(alice.self.mailbox), 0);
});

test("a message that came while the vault could not be read waits at the server until it can", async () => {
  const { alice, bob, server } = world();
  const conversation = await alice.direct("bob");
  await settle([alice, bob], 3);
  const { mend } = failing(bob, vaultFailure("vault_unreadable"));
  alice.post(conversation, "not now");
  await alice.sync();
  await assert.rejects(bob.sync(), { code: "vault_unreadable" });
  assert.equal(server.waiting(bob.self.mailbox), 1);
  mend();
  bob.restart();
  await bob.sync();
  assert.deepEqual(bob.texts(conversation), ["not now"]);
});

test("a held cell that fails costs no epoch: it is dropped, and what it was held for is followed", async () => {
  const all = world();
  const { alice, bob, carol, server } = all;
  const conversation = await groupOfThree(all);
  bob.refresh();
  await bob.sync();
  server.empty(carol.self.mailbox);
  bob.post(conversation, "that hurts");
  await bob.sync();
  const { mend } = failing(carol, new Error("a fault on this cell"));
  await settle([carol], 1);
  mend();
  await settle([carol, alice], 1);
  assert.equal(carol.conversations()[0]?.epoch, bob.conversations()[0]?.epoch);
  bob.post(conversation, "and now?");
  await settle([bob, carol], 1);
  assert.deepEqual(carol.texts(conversation), ["and now?"]);
});

test("who was away for days looks at the slots of all groups, and for months says that it cannot follow", async () => {
  const all = world();
  const { alice, bob, carol, server } = all;
  const conversation = await groupOfThree(all);
  bob.refresh();
  await bob.sync();
  server.empty(carol.self.mailbox);
  const epochOf = (person: MemoryPerson): string | undefined => person.conversations()[0]?.epoch;
  await carol.sync();
  assert.notEqual(epochOf(carol), epochOf(bob));
  carol.restart();
  later([carol], 2 * 86_400_000);
  await carol.sync();
  assert.equal(epochOf(carol), epochOf(bob));
  alice.restart();
  later([alice], 61 * 86_400_000);
  await alice.sync();
  assert.throws(() => alice.post(conversation, "hello?"), { code: "conversation_closed" });
});
