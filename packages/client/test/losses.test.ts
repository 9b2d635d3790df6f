/** What must not be lost when a device is behind, its server has forgotten something, or its own disk fails for a while. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { systemRandom } from "@quicprochat/crypto";
import { groups } from "../src/conversation/group.ts";
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
