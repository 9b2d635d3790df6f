import assert from "node:assert/strict";
import { test } from "node:test";
import { fromHex } from "@quicprochat/bytes";
import { systemRandom } from "@quicprochat/crypto";
import { processMessage, propose } from "@quicprochat/mls";
import { conversations } from "../src/conversation/conversation.ts";
import { groups } from "../src/conversation/group.ts";
import { membersOf } from "../src/conversation/members.ts";
import { foundGroup } from "../src/step/found-group.ts";
import { stateName } from "../src/step/group-states.ts";
import { leaveGroup } from "../src/step/leave-group.ts";
import {
  force,
  isVoidFor,
  keyPackageOf,
  membersSeenBy,
  noticesTo,
  settle,
  slotOf,
  takeJoiner,
  world,
} from "./forging-world.ts";

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

test("a direct conversation that is begun anew goes on in the new group, for both", async () => {
  const { person } = world();
  const [alice, bob] = [person("alice"), person("bob")];
  const conversation = await alice.direct("bob");
  await settle([alice, bob], 2);
  for (let round = 1; round <= 6; round++) {
    const [lost] = alice.core.look((draft) => draft.list(conversations).map(({ value }) => value.groupId));
    assert.ok(lost !== undefined);
    alice.core.step((draft) => {
      const group = draft.get(groups, lost);
      assert.ok(group !== undefined);
      leaveGroup(draft, group, "stuck");
    });
    assert.equal(await alice.direct("bob"), conversation);
    await settle([alice, bob], 2);
    bob.post(conversation, `answer ${round}`);
    await settle([bob, alice], 2);
    assert.equal(alice.texts(conversation).at(-1), `answer ${round}`);
  }
});

test("a commit of a proposal of our own, or of one that we have not seen, is followed by all", async () => {
  const { person, server } = world();
  const [alice, bob, carol] = [person("alice"), person("bob"), person("carol")];
  await alice.group("friends", ["bob", "carol"]);
  await settle([alice, bob, carol, alice, bob, carol]);
  const context = { wire: "public", now: 1_800_000_000n, random: systemRandom } as const;
  const keyPackage = keyPackageOf(takeJoiner(server, person("dave")));
  const proposed = propose(slotOf(alice).state, { kind: "add", keyPackage }, context);
  assert.ok(proposed.kind === "proposed");
  const { groupId } = slotOf(alice).group;
  alice.core.step((draft) => draft.groups.adopt(stateName(groupId), proposed.state, proposed.changed));
  const heard = processMessage(slotOf(bob).state, proposed.message);
  assert.ok(heard.kind === "proposal");
  assert.ok(!(await isVoidFor([alice, carol], heard.state, {}, [proposed.message])));
  assert.deepEqual(membersSeenBy(alice), ["alice", "bob", "carol", "dave"]);
  assert.equal(slotOf(alice).group.epoch, slotOf(carol).group.epoch);
});
