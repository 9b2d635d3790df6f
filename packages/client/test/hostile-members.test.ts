import assert from "node:assert/strict";
import { test } from "node:test";
import { toHex } from "@quicprochat/bytes";
import { sha256, systemRandom } from "@quicprochat/crypto";
import { signReceipt, signSlot } from "@quicprochat/protocol";
import { conversations } from "../src/conversation/conversation.ts";
import { epochSecrets } from "../src/conversation/group.ts";
import { membersOf } from "../src/conversation/members.ts";
import { rulesOf } from "../src/conversation/rules.ts";
import { encodeConversationRules, extensionTypes } from "../src/envelope/extensions.ts";
import { sealGroupCell } from "../src/envelope/group-cell.ts";
import { sealSlotEntry } from "../src/envelope/slot-entry.ts";
import { messages } from "../src/history/message.ts";
import { recordMessage } from "../src/history/record-message.ts";
import { heldCells } from "../src/inbox/held-cell.ts";
import { outboxCells, outboxRows } from "../src/outbox/outbox-row.ts";
import { sealMessage } from "../src/step/send-message.ts";
import { commitOf, epochOf, groupOfThree, notices, put, settle, slotOf, world } from "./four-friends.ts";

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

test("a group that its owner renames has the new title for all", async () => {
  const all = world();
  const { alice, bob, carol } = all;
  const conversation = await groupOfThree(all);
  const { state, group } = slotOf(alice);
  const rules = rulesOf(state);
  assert.ok(rules !== undefined && group.title === "friends");
  const data = encodeConversationRules({ ...rules, title: "old friends" });
  const extensions = [{ type: extensionTypes.conversation, data }];
  await put(alice, [commitOf(alice, { proposals: [{ kind: "group-context-extensions", extensions }] })]);
  for (const person of [bob, carol]) person.refresh();
  await settle([bob, carol], 2);
  for (const person of [bob, carol]) {
    assert.deepEqual(
      person.conversations().map(({ conversation: id, title }) => [id, title]),
      [[conversation, "old friends"]],
    );
  }
});
