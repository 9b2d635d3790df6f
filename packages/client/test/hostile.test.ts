import assert from "node:assert/strict";
import { test } from "node:test";
import { toHex } from "@quicprochat/bytes";
import { systemRandom } from "@quicprochat/crypto";
import { decodeMlsMessage } from "@quicprochat/mls";
import { signSlot } from "@quicprochat/protocol";
import { epochSecrets } from "../src/conversation/group.ts";
import { membersOf } from "../src/conversation/members.ts";
import { claim } from "../src/effects/claim.ts";
import { sealGroupCell } from "../src/envelope/group-cell.ts";
import { sealSlotEntry } from "../src/envelope/slot-entry.ts";
import { heldCells } from "../src/inbox/held-cell.ts";
import { outboxRows } from "../src/outbox/outbox-row.ts";
import { queueCell } from "../src/outbox/queue-cell.ts";
import { commitOf, epochOf, groupOfThree, notices, put, settle, slotOf, world } from "./four-friends.ts";
import { MemoryPerson } from "./memory-person.ts";

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
