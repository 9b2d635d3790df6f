import assert from "node:assert/strict";
import { test } from "node:test";
import { fromHex } from "@quicprochat/bytes";
import { membersOf } from "../src/conversation/members.ts";
import { foundGroup } from "../src/step/found-group.ts";
import { force, membersSeenBy, noticesTo, settle, slotOf, takeJoiner, world } from "./hostile-world.ts";

async function carolIsRemoved() {
  const { person, server } = world();
  const [alice, bob, carol] = [person("alice"), person("bob"), person("carol")];
  const conversation = await alice.group("friends", ["bob", "carol"]);
  await settle([alice, bob, carol, alice]);
  const removed = membersOf(slotOf(alice).state).find(({ user }) => user === "carol")?.leafIndex;
  assert.ok(removed !== undefined);
  await force(alice, { proposals: [{ kind: "remove", removed }] });
  return { alice, bob, carol, conversation, server };
}

test("who was removed and is added again is back in the same conversation, told of the removal or not", async () => {
  for (const told of [true, false]) {
    const { alice, bob, carol, conversation } = await carolIsRemoved();
    if (told) {
      await settle([carol, bob], 1);
      assert.match(noticesTo(carol).join(), /removed from friends/);
    }
    await alice.add(conversation, ["carol"]);
    await settle([alice, carol, bob, alice], 2);
    assert.equal(slotOf(carol).group.epoch, slotOf(alice).group.epoch);
    assert.deepEqual(membersSeenBy(carol), ["alice", "bob", "carol"]);
    carol.post(conversation, "back again");
    await settle([carol, alice], 1);
    assert.deepEqual(alice.texts(conversation), ["back again"]);
  }
});

test("a member who could add nobody leads no one back, not by a group of its own either", async () => {
  const { bob, carol, conversation, server } = await carolIsRemoved();
  await settle([carol, bob], 1);
  bob.core.step((draft) => {
    const joiners = [takeJoiner(server, carol)];
    const groupId = foundGroup(draft, bob.self, { conversationId: fromHex(conversation), title: "friends", joiners });
    draft.act({ kind: "commit", groupId });
  });
  await settle([bob], 1);
  assert.equal(server.waiting(carol.door), 1);
  await settle([carol], 1);
  assert.equal(server.waiting(carol.door), 0);
  assert.throws(() => carol.post(conversation, "hello?"), { code: "conversation_closed" });
});
