import assert from "node:assert/strict";
import { test } from "node:test";
import { systemRandom } from "@quicprochat/crypto";
import { commit, groupContextExtension } from "@quicprochat/mls";
import { extensionTypes } from "../src/envelope/extensions.ts";
import { foundGroup } from "../src/step/found-group.ts";
import { force, isVoidFor, keyPackageOf, membersSeenBy, settle, slotOf, takeJoiner, world } from "./forging-world.ts";

test("no commit gives its maker another name or an earlier identity: all go on to the next attempt", async () => {
  const { person } = world();
  const [alice, bob, mallory] = [person("alice"), person("bob"), person("mallory")];
  const conversation = await alice.group("friends", ["bob", "mallory"]);
  await settle([alice, bob, mallory, alice, bob]);
  const { state } = slotOf(mallory);
  for (const identity of [mallory.credentialAs("bob"), mallory.credentialAs("mallory", { version: 0 })]) {
    const taking = { path: true, credential: { kind: "basic", identity } } as const;
    assert.ok(await isVoidFor([alice, bob], state, taking));
  }
  const newer = { kind: "basic", identity: mallory.credentialAs("mallory", { version: 2 }) } as const;
  assert.ok(!(await isVoidFor([alice, bob], state, { path: true, credential: newer })));
  assert.deepEqual(membersSeenBy(bob), ["alice", "bob", "mallory"]);
  alice.post(conversation, "who is who");
  await settle([alice, bob], 1);
  assert.deepEqual(bob.texts(conversation), ["who is who"]);
});

test("nobody is added under a member's name, nor a member under another name, nor two under one name", async () => {
  const { person, server } = world();
  const [alice, bob, mallory] = [person("alice"), person("bob"), person("mallory")];
  await mallory.group("friends", ["alice", "bob"]);
  await settle([mallory, alice, bob, mallory, alice]);
  const { state } = slotOf(mallory);
  const packageOf = (name: string) =>
    ({ kind: "add", keyPackage: keyPackageOf(takeJoiner(server, person(name))) }) as const;
  assert.ok(await isVoidFor([alice, bob], state, { proposals: [packageOf("bob")] }));
  assert.ok(await isVoidFor([alice, bob], state, { proposals: [packageOf("carol"), packageOf("carol")] }));
  assert.ok(!(await isVoidFor([alice, bob], state, { proposals: [packageOf("carol"), packageOf("dave")] })));
  assert.deepEqual(membersSeenBy(bob), ["alice", "bob", "carol", "dave", "mallory"]);
});

test("an entry holds PublicMessages alone: a commit in a PrivateMessage is void", async () => {
  const { person } = world();
  const [alice, bob] = [person("alice"), person("bob")];
  const carol = person("carol");
  await alice.group("friends", ["bob", "carol"]);
  await settle([alice, bob, carol, alice, bob]);
  assert.ok(await isVoidFor([alice, carol], slotOf(bob).state, { path: true, wire: "private" }));
});

test("a Welcome into a group of two accounts with one name, or with ours, is declined", async () => {
  for (const twice of ["bob", "alice"]) {
    const { person, server } = world();
    const [alice, mallory, bob] = [person("alice"), person("mallory"), person("bob")];
    const joiners = [takeJoiner(server, alice), takeJoiner(server, bob), takeJoiner(server, person(twice))];
    mallory.core.step((draft) =>
      foundGroup(draft, mallory.self, { conversationId: systemRandom(16), title: "friends", joiners: [] }),
    );
    await force(mallory, {}, joiners);
    assert.equal(server.waiting(alice.door), 1);
    await settle([alice], 1);
    assert.equal(server.waiting(alice.door), 0);
    assert.deepEqual(alice.conversations(), []);
  }
});

test("no commit sets a policy version that some leaf may not know, nor another extension that none has listed", async () => {
  const { person } = world();
  const [alice, bob] = [person("alice"), person("bob")];
  await bob.group("friends", ["alice"]);
  await settle([bob, alice, bob, alice]);
  const { state } = slotOf(bob);
  const data = groupContextExtension(state, extensionTypes.conversation);
  assert.ok(data !== undefined);
  const withRules = (rules: Uint8Array, type: number = extensionTypes.conversation) =>
    [{ kind: "group-context-extensions", extensions: [{ type, data: rules }] }] as const;
  // The version is the two bytes behind the conversation's id.
  assert.ok(await isVoidFor([alice], state, { proposals: withRules(data.with(17, 2)) }));
  const next = { wire: "public", now: 1_800_000_000n, random: systemRandom } as const;
  assert.equal(commit(state, { ...next, proposals: withRules(data, 0xf0a3) }).kind, "refused");
  assert.ok(!(await isVoidFor([alice], state, { proposals: withRules(data) })));
});
