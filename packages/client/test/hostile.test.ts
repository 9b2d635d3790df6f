import assert from "node:assert/strict";
import { test } from "node:test";
import { toHex } from "@quicprochat/bytes";
import { sha256, systemRandom } from "@quicprochat/crypto";
import { type CommitOptions, commit, decodeMlsMessage } from "@quicprochat/mls";
import { signReceipt, signSlot } from "@quicprochat/protocol";
import { conversations } from "../src/conversation/conversation.ts";
import { epochSecrets, groups } from "../src/conversation/group.ts";
import { membersOf } from "../src/conversation/members.ts";
import { claim } from "../src/effects/claim.ts";
import { sealGroupCell } from "../src/envelope/group-cell.ts";
import { sealSlotEntry } from "../src/envelope/slot-entry.ts";
import { messages } from "../src/history/message.ts";
import { recordMessage } from "../src/history/record-message.ts";
import { heldCells } from "../src/inbox/held-cell.ts";
import { outboxCells, outboxRows } from "../src/outbox/outbox-row.ts";
import { queueCell } from "../src/outbox/queue-cell.ts";
import { type NextSlot, nextSlot } from "../src/step/next-slot.ts";
import { sealMessage } from "../src/step/send-message.ts";
import { MemoryPerson } from "./memory-person.ts";
import { MemoryServer } from "./memory-server.ts";

type World = Record<"alice" | "bob" | "carol" | "dave", MemoryPerson> & { readonly server: MemoryServer };

function world(): World {
  const server = new MemoryServer(systemRandom);
  const person = (name: string): MemoryPerson => new MemoryPerson(server, name, systemRandom);
  return { server, alice: person("alice"), bob: person("bob"), carol: person("carol"), dave: person("dave") };
}

/** Walks of one group pause in between: each round is a minute later. */
async function settle(people: readonly MemoryPerson[], rounds = 4): Promise<void> {
  for (let round = 1; round <= rounds; round++) {
    for (const person of people) {
      const at = person.now() + 60_000;
      person.now = () => at;
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

function slotOf(person: MemoryPerson): NextSlot {
  return person.core.look((draft) => {
    const [group] = draft.list(groups);
    const slot = group && nextSlot(draft, group.key);
    assert.ok(slot !== undefined);
    return slot;
  });
}

/** Writes messages into the group's next slot, past everything that an honest engine would ask itself. */
async function put(person: MemoryPerson, messages: readonly Uint8Array[]): Promise<void> {
  const { keys, group } = slotOf(person);
  const entry = sealSlotEntry(keys, messages, systemRandom);
  assert.ok(entry !== undefined);
  const slotName = keys.name.publicKey;
  const signature = signSlot(keys.name.privateKey, entry);
  const pending = { ...group, slotName, entry, signature, welcome: new Uint8Array(0), joined: [] };
  const { outcome } = await person.network.putSlot(pending, person.signal);
  assert.equal(outcome.case, "won");
}

/** MLSMessage of a commit of this person's, valid by the RFC. */
function commitOf(person: MemoryPerson, options: Partial<CommitOptions>): Uint8Array {
  const committed = commit(slotOf(person).state, {
    wire: "public",
    now: 1_800_000_000n,
    random: systemRandom,
    ...options,
  });
  assert.equal(committed.kind, "committed");
  return committed.message;
}

const epochOf = (person: MemoryPerson): string | undefined => person.conversations()[0]?.epoch;
const notices = ({ events }: MemoryPerson): string[] =>
  events.flatMap((event) => (event.kind === "notice" ? [event.text] : []));

test("garbage in a slot is void for all: the next attempt decides, and the group goes on", async () => {
  const all = world();
  const { alice, bob, carol } = all;
  const conversation = await groupOfThree(all);
  const before = epochOf(alice);
  await put(bob, [Uint8Array.of(1, 2, 3)]);
  await alice.add(conversation, ["dave"]);
  await settle([alice, bob, carol]);
  assert.notEqual(epochOf(alice), before);
  for (const person of [bob, carol]) {
    assert.equal(epochOf(person), epochOf(alice));
    assert.deepEqual(person.conversations()[0]?.members.toSorted(), ["alice", "bob", "carol", "dave"]);
  }
  carol.post(conversation, "still here");
  await settle([carol, alice, bob], 1);
  assert.deepEqual([alice.texts(conversation), bob.texts(conversation)], [["still here"], ["still here"]]);
});

test("a commit that the policy forbids is void, also when its maker is the quicker one", async () => {
  const all = world();
  const { alice, bob, carol, server } = all;
  const conversation = await groupOfThree(all);
  const claimed = decodeMlsMessage(server.accounts.get("dave")?.packages.shift() ?? new Uint8Array(0));
  assert.ok(claimed.kind === "key-package");
  await put(bob, [commitOf(bob, { proposals: [{ kind: "add", keyPackage: claimed.keyPackage }] })]);
  alice.refresh();
  await settle([alice, carol]);
  assert.deepEqual(alice.conversations()[0]?.members.toSorted(), ["alice", "bob", "carol"]);
  assert.equal(epochOf(carol), epochOf(alice));
  alice.post(conversation, "without dave");
  await settle([alice, carol], 1);
  assert.deepEqual(carol.texts(conversation), ["without dave"]);
});

test("who is removed is told, cannot write or read on, and keeps no secret of the group", async () => {
  const all = world();
  const { alice, bob, carol } = all;
  const conversation = await groupOfThree(all);
  const leaf = membersOf(slotOf(alice).state).find(({ user }) => user === "carol")?.leafIndex;
  assert.ok(leaf !== undefined);
  await put(alice, [commitOf(alice, { proposals: [{ kind: "remove", removed: leaf }] })]);
  // Alice's own engine knows nothing of that commit: the others do.
  bob.refresh();
  carol.refresh();
  await settle([bob, carol], 2);
  assert.match(notices(carol).join(), /removed from friends/);
  assert.throws(() => carol.post(conversation, "let me in"), { code: "conversation_closed" });
  assert.equal(
    carol.core.look((draft) => draft.list(epochSecrets).length),
    0,
  );
  assert.equal(carol.vault.list("group-part").length, 0);
  assert.deepEqual(bob.conversations()[0]?.members.toSorted(), ["alice", "bob"]);
  // And alice says honestly that she cannot follow a commit of her own that she has forgotten.
  alice.refresh();
  await settle([alice], 1);
  assert.match(notices(alice).join(), /cannot follow/);
  assert.throws(() => alice.post(conversation, "hello?"), { code: "conversation_closed" });
});

test("a notice with a false receipt counts for nothing, and the slot itself is asked", async () => {
  const all = world();
  const { alice, bob, carol } = all;
  const conversation = await groupOfThree(all);
  const { keys, secrets } = slotOf(bob);
  const before = epochOf(alice);
  const entry = sealSlotEntry(keys, [commitOf(bob, { path: true })], systemRandom);
  assert.ok(entry !== undefined && secrets.envelopes[0] !== undefined);
  const forged = sealGroupCell(
    secrets.envelopes[0].secret,
    {
      kind: "commit-notice",
      notice: {
        name: keys.name.publicKey,
        signature: signSlot(keys.name.privateKey, entry),
        receipt: { statementKey: alice.self.statementKey, signature: new Uint8Array(64) },
        entry: { kind: "whole", bytes: entry },
      },
    },
    systemRandom,
  );
  assert.ok(forged !== undefined);
  bob.core.step((draft) =>
    queueCell(draft, {
      purpose: "notice",
      address: alice.self.mailbox,
      door: false,
      doorKey: new Uint8Array(0),
      cell: forged,
      groupId: slotOf(bob).group.groupId,
      epoch: slotOf(bob).group.epoch,
      user: "alice",
      deviceId: alice.self.deviceId,
      messageKey: new Uint8Array(0),
    }),
  );
  await bob.sync();
  await settle([alice, carol], 1);
  assert.equal(epochOf(alice), before);
  alice.post(conversation, "undisturbed");
  await settle([alice, bob], 1);
  assert.deepEqual(bob.texts(conversation), ["undisturbed"]);
});

test("what strangers leave at a door is held within limits, and nothing else comes of it", async () => {
  const all = world();
  const { alice, bob } = all;
  const row = {
    purpose: "welcome",
    door: true,
    doorKey: new Uint8Array(0),
    address: bob.door,
    groupId: systemRandom(32),
    epoch: 0n,
    user: "bob",
    deviceId: bob.self.deviceId,
    messageKey: new Uint8Array(0),
  } as const;
  alice.core.step((draft) => {
    for (let count = 0; count < 100; count++) {
      queueCell(draft, { ...row, cell: systemRandom(4_096) });
    }
  });
  await alice.sync();
  await bob.sync();
  assert.deepEqual(bob.faults, []);
  assert.equal(
    bob.core.look((draft) => draft.list(heldCells).length),
    64,
  );
  const conversation = await alice.direct("bob");
  alice.post(conversation, "through all that");
  await settle([alice, bob], 1);
  assert.deepEqual(bob.texts(conversation), ["through all that"]);
});

test("a message waits for room in a full mailbox, and is encrypted anew when the epoch has changed meanwhile", async () => {
  const all = world();
  const { alice, bob, carol, server } = all;
  const conversation = await groupOfThree(all);
  server.full.add(toHex(bob.self.mailbox));
  alice.post(conversation, "for both");
  await settle([alice, carol], 1);
  assert.deepEqual(carol.texts(conversation), ["for both"]);
  const states = (): string[] =>
    alice.events.flatMap((event) => (event.kind === "message-changed" ? [event.message.state] : []));
  assert.deepEqual(states(), []);
  const waiting = alice.core.look((draft) => draft.list(outboxRows).map(({ value }) => value));
  assert.deepEqual(
    waiting.map(({ user }) => user),
    ["bob"],
  );
  carol.refresh();
  await settle([carol, alice], 1);
  const [renewed] = alice.core.look((draft) => draft.list(outboxRows).map(({ value }) => value));
  assert.ok(renewed !== undefined && waiting[0] !== undefined && renewed.epoch > waiting[0].epoch);
  server.full.clear();
  await settle([alice, carol, bob, alice, bob], 2);
  assert.deepEqual(bob.texts(conversation), ["for both"]);
  assert.deepEqual(carol.texts(conversation), ["for both"]);
  assert.deepEqual(states(), ["stored"]);
});

test("another identity under a known name is refused with exit code 5, before anything is sent", async () => {
  const { alice, bob, server } = world();
  await alice.direct("bob");
  const impostor = new MemoryPerson(server, "bob", systemRandom);
  await assert.rejects(alice.group("friends", ["bob"]), { code: "contact_changed", exitCode: 5 });
  await settle([alice, bob, impostor], 1);
  assert.deepEqual(impostor.conversations(), []);
  assert.equal(alice.conversations().length, 1);
});

test("a server that gives out packages of its own making is found out", async () => {
  const { alice, bob, carol, server } = world();
  const options = { core: alice.core, network: alice.network, signal: alice.signal };
  const [of, other] = [server.accounts.get("bob"), server.accounts.get("carol")];
  assert.ok(of !== undefined && other !== undefined);
  const forgeries = [
    { ...of, packages: other.packages },
    { ...of, identity: other.identity },
    { ...of, devices: other.devices },
    { ...of, devices: { ...of.devices, counter: 7n } },
    { ...of, devices: { ...of.devices, devices: [] } },
    { ...of, packages: [Uint8Array.of(1, 2, 3)] },
  ];
  for (const forged of forgeries) {
    server.accounts.set("bob", { ...forged, packages: [...forged.packages] });
    await assert.rejects(claim(options, "bob"), (error) => {
      assert.ok(error instanceof Error && "code" in error);
      return ["server_lied", "unknown_user"].includes(String(error.code));
    });
  }
  server.accounts.set("bob", of);
  const [joiner] = await claim(options, "bob");
  assert.deepEqual(joiner?.deviceId, bob.self.deviceId);
  assert.equal(carol.faults.length, 0);
});

test("who loses a slot reads at once what the winner has sent in the new epoch", async () => {
  const all = world();
  const { alice, bob, carol, server } = all;
  const conversation = await groupOfThree(all);
  // A cell that nobody can open has made Carol walk just now: she will not walk again so soon.
  const junk = { purpose: "message", door: false, doorKey: new Uint8Array(0), address: carol.self.mailbox } as const;
  const whose = { groupId: systemRandom(32), epoch: 0n, user: "carol", deviceId: carol.self.deviceId } as const;
  const rest = { id: systemRandom(16), cell: systemRandom(1_024), messageKey: new Uint8Array(0) };
  await alice.network.enqueue([{ ...junk, ...whose, ...rest }], () => {}, alice.signal);
  await carol.sync();
  bob.refresh();
  await bob.sync();
  server.empty(carol.self.mailbox);
  bob.post(conversation, "from the next epoch");
  await bob.sync();
  await carol.sync({ refresh: false });
  assert.deepEqual(carol.texts(conversation), []);
  carol.refresh();
  await carol.sync();
  assert.deepEqual(carol.texts(conversation), ["from the next epoch"]);
});

test("random and mutated cells in mailbox and door change nothing", async () => {
  const all = world();
  const { alice, bob, server } = all;
  const conversation = await groupOfThree(all);
  alice.post(conversation, "the only one");
  await settle([alice, bob], 1);
  const seen = server.stored.filter(({ length }) => length <= 16_384);
  const cells = seen.flatMap((cell) => {
    const mutated = cell.slice();
    const at = (systemRandom(1)[0] ?? 0) * Math.floor(cell.length / 256);
    mutated[at] = (mutated[at] ?? 0) ^ 1;
    return [cell, mutated, systemRandom(cell.length)];
  });
  for (const door of [true, false]) {
    const rows = cells
      .filter(({ length }) => !door || length >= 4_096)
      .map((cell) => ({
        purpose: "message" as const,
        id: systemRandom(16),
        address: door ? bob.door : bob.self.mailbox,
        door,
        doorKey: new Uint8Array(0),
        cell,
        groupId: systemRandom(32),
        epoch: 0n,
        user: "bob",
        deviceId: bob.self.deviceId,
        messageKey: new Uint8Array(0),
      }));
    await alice.network.enqueue(rows, () => {}, alice.signal);
  }
  await settle([bob], 1);
  assert.deepEqual(bob.faults, []);
  assert.deepEqual(bob.texts(conversation), ["the only one"]);
  assert.equal(epochOf(bob), epochOf(alice));
});

test("mutated commits in well sealed entries are void for all alike, or followed by all alike", async () => {
  const all = world();
  const { alice, bob, carol } = all;
  const conversation = await groupOfThree(all);
  for (let round = 0; round < 10; round++) {
    const mutated = commitOf(bob, { path: true });
    const at = Math.floor(((systemRandom(1)[0] ?? 0) / 256) * mutated.length);
    mutated[at] = (mutated[at] ?? 0) ^ (1 << (round % 8));
    await put(bob, [mutated]);
    for (const person of [alice, carol, bob]) person.refresh();
    await settle([alice, carol, bob]);
    assert.deepEqual([epochOf(alice), epochOf(bob)], [epochOf(carol), epochOf(carol)]);
  }
  alice.post(conversation, "through it all");
  await settle([alice, bob, carol], 1);
  for (const person of [bob, carol]) {
    assert.deepEqual(person.texts(conversation), ["through it all"]);
    assert.deepEqual(person.faults, []);
  }
});

test("a group that cannot be followed is said to be so once, and its slots are left alone", async () => {
  const all = world();
  const { alice, bob } = all;
  const conversation = await groupOfThree(all);
  await put(alice, [commitOf(alice, { path: true })]);
  bob.refresh();
  await settle([bob], 1);
  bob.post(conversation, "who is still here?");
  await settle([bob, alice, bob, alice], 1);
  assert.deepEqual(
    notices(alice).map((text) => /cannot follow/.test(text)),
    [true],
  );
});

test("who was removed is not heard for longer than a week, also where nothing happens", async () => {
  const all = world();
  const { alice, bob, carol } = all;
  const conversation = await groupOfThree(all);
  const stolen = slotOf(carol).secrets.envelopes[0]?.secret;
  assert.ok(stolen !== undefined);
  const leaf = membersOf(slotOf(alice).state).find(({ user }) => user === "carol")?.leafIndex;
  assert.ok(leaf !== undefined);
  // Carol's engine does not hear of it, and writes on.
  await put(alice, [commitOf(alice, { proposals: [{ kind: "remove", removed: leaf }] })]);
  bob.refresh();
  await settle([bob], 1);
  assert.deepEqual(bob.conversations()[0]?.members.toSorted(), ["alice", "bob"]);
  const at = bob.now() + 8 * 86_400_000;
  bob.now = () => at;
  carol.post(conversation, "still with you");
  const cells = carol.core.look((draft) =>
    draft
      .list(outboxRows)
      .filter(({ value }) => value.user === "bob")
      .map(({ key, value }) => ({ ...value, cell: draft.get(outboxCells, key) ?? new Uint8Array(0) })),
  );
  await carol.network.enqueue(cells, () => {}, carol.signal);
  await bob.sync();
  assert.deepEqual(bob.texts(conversation), []);
  const kept = bob.core.look((draft) => draft.list(epochSecrets).flatMap(({ value }) => value.envelopes));
  assert.equal(kept.length, 1);
  assert.ok(!kept.some(({ secret }) => toHex(secret) === toHex(stolen)));
});

test("a member whose address is dead, or cannot be read, costs the others no message", async () => {
  const all = world();
  const { alice, bob, carol, server } = all;
  const conversation = await groupOfThree(all);
  server.refusing.add(toHex(carol.self.mailbox));
  alice.post(conversation, "for whom it reaches");
  await settle([alice, bob], 1);
  assert.equal(alice.conversations()[0]?.lastMessage?.state, "stored");
  assert.deepEqual(bob.texts(conversation), ["for whom it reaches"]);
  server.refusing.add(toHex(bob.self.mailbox));
  alice.post(conversation, "for nobody");
  await settle([alice], 1);
  assert.equal(alice.conversations()[0]?.lastMessage?.state, "failed");
  assert.deepEqual([alice.vault.list("outbox"), alice.vault.list("outbox-cell")], [[], []]);
  assert.deepEqual(alice.vault.list("message-progress"), []);
});

test("a counter that nobody can have come to is refused: it would end the order for all", async () => {
  const { alice, bob } = world();
  const conversation = await alice.direct("bob");
  await settle([alice, bob], 3);
  bob.core.step((draft) => {
    const [row] = draft.list(conversations);
    if (row !== undefined) draft.put(conversations, row.key, { ...row.value, counter: 2n ** 64n - 2n });
  });
  bob.post(conversation, "the last word");
  await settle([bob, alice], 2);
  const texts = ["1", "2", "3", "4", "5", "6"];
  for (const text of texts) alice.post(conversation, text);
  assert.deepEqual(alice.texts(conversation), texts);
});

test("who uses the id of somebody's message does not take its place", async () => {
  const all = world();
  const { alice, bob, carol, server } = all;
  const conversation = await groupOfThree(all);
  server.full.add(toHex(carol.self.mailbox));
  alice.post(conversation, "meet at noon");
  await settle([alice, bob], 1);
  server.full.clear();
  bob.core.step((draft) => {
    const [row] = draft.list(conversations);
    const [copied] = draft.list(messages);
    assert.ok(row !== undefined && copied !== undefined);
    const forged = { ...copied.value, from: "bob", own: true, text: "meet at midnight", state: "pending" } as const;
    recordMessage(draft, row.value, forged);
    sealMessage(draft, { message: forged, groupId: row.value.groupId, isRecipient: () => true });
  });
  await bob.sync();
  await carol.sync();
  assert.deepEqual(carol.texts(conversation), ["meet at midnight"]);
  await settle([alice, carol], 1);
  const read = carol.core.look((draft) => draft.list(messages).map(({ value }) => `${value.from}: ${value.text}`));
  assert.deepEqual(read.toSorted(), ["alice: meet at noon", "bob: meet at midnight"]);
});

test("two cells for one KeyPackage in one batch are one invitation", async () => {
  const { alice, bob, server } = world();
  await alice.group("once", ["bob"]);
  const welcome = server.stored.at(-1);
  assert.ok(welcome !== undefined && server.waiting(bob.door) === 1);
  const row = { purpose: "welcome", address: bob.door, door: true, doorKey: new Uint8Array(0) } as const;
  const to = { groupId: systemRandom(32), epoch: 0n, user: "bob", deviceId: systemRandom(16), messageKey: row.doorKey };
  await alice.network.enqueue([{ ...row, ...to, id: systemRandom(16), cell: welcome }], () => {}, alice.signal);
  await bob.sync();
  assert.equal(bob.vault.list("consumed").length, 1);
  // The second is one that nothing opens.
  assert.equal(
    bob.core.look((draft) => draft.keys(heldCells).length),
    1,
  );
  assert.deepEqual(bob.faults, []);
});

test("a server that signs for two entries in one slot is told of, once", async () => {
  const all = world();
  const { alice, bob, carol, server } = all;
  await groupOfThree(all);
  const { keys, secrets, group } = slotOf(bob);
  const [envelope] = secrets.envelopes;
  const shown = sealSlotEntry(keys, [commitOf(bob, { path: true })], systemRandom);
  assert.ok(envelope !== undefined && shown !== undefined);
  carol.refresh();
  await settle([carol, alice], 1);
  assert.ok(slotOf(alice).group.epoch > group.epoch);
  const name = keys.name.publicKey;
  const signature = signSlot(keys.name.privateKey, shown);
  const noticeWith = (key: Uint8Array): Uint8Array => {
    const receipt = signReceipt({ ...server.statementKey, privateKey: key }, name, sha256(shown));
    const entry = { kind: "hash", hash: sha256(shown) } as const;
    const notice = { name, signature, receipt, entry };
    return sealGroupCell(envelope.secret, { kind: "commit-notice", notice }, systemRandom) ?? new Uint8Array(0);
  };
  const row = { purpose: "notice", address: alice.self.mailbox, door: false, doorKey: new Uint8Array(0) } as const;
  const to = { ...group, user: "alice", deviceId: alice.self.deviceId, messageKey: row.doorKey };
  const send = async (cell: Uint8Array): Promise<void> => {
    await alice.network.enqueue([{ ...row, ...to, id: systemRandom(16), cell }], () => {}, alice.signal);
    await alice.sync();
  };
  await send(noticeWith(bob.self.leafKeyPair.privateKey));
  assert.deepEqual(notices(alice), []);
  await send(noticeWith(server.statementKey.privateKey));
  await send(noticeWith(server.statementKey.privateKey));
  assert.deepEqual(
    notices(alice).map((text) => /Do not rely on this server/.test(text)),
    [true],
  );
});

test("a leaf without an address that can be read is void: its owner would get nothing", async () => {
  const all = world();
  const { alice, bob, carol } = all;
  await groupOfThree(all);
  await put(bob, [commitOf(bob, { path: true, leafExtensions: [] })]);
  alice.refresh();
  await settle([alice, carol]);
  assert.equal(epochOf(carol), epochOf(alice));
  for (const person of [alice, carol]) {
    const deliveries = membersOf(slotOf(person).state).map(({ delivery }) => delivery?.kind);
    assert.deepEqual(deliveries, ["mailbox", "mailbox", "mailbox"]);
  }
});
