import assert from "node:assert/strict";
import { test } from "node:test";
import { toHex } from "@quicprochat/bytes";
import { type Change, judge, type Role, type Rules } from "./policy.ts";

const root = (fill: number): Uint8Array => new Uint8Array(32).fill(fill);
const [owner, admin, member, stranger] = [root(1), root(2), root(3), root(4)];
const roles = new Map<string, Role>([
  [toHex(owner), "owner"],
  [toHex(admin), "admin"],
]);
const rules: Rules = { conversationId: new Uint8Array(16), title: "friends", roles };

const allowed = (change: Change, proposer: Uint8Array): boolean => judge(change, proposer, rules) === undefined;

test("owners and admins add, members do not", () => {
  const add: Change = { kind: "add", rootKey: stranger };
  assert.deepEqual(
    [owner, admin, member].map((proposer) => allowed(add, proposer)),
    [true, true, false],
  );
});

test("everybody may update and leave, but for the last owner", () => {
  for (const proposer of [owner, admin, member]) assert.ok(allowed({ kind: "update" }, proposer));
  for (const [proposer, expected] of [
    [member, true],
    [admin, true],
    [owner, false],
  ] as const) {
    assert.equal(allowed({ kind: "remove", rootKey: proposer, itself: true }, proposer), expected);
  }
});

test("admins remove members and admins, nobody but an owner removes an owner", () => {
  const two: Rules = { ...rules, roles: new Map([...roles, [toHex(stranger), "owner"]]) };
  const remove = (rootKey: Uint8Array): Change => ({ kind: "remove", rootKey, itself: false });
  assert.ok(allowed(remove(member), admin));
  assert.ok(!allowed(remove(admin), member));
  assert.notEqual(judge(remove(stranger), admin, two), undefined);
  assert.equal(judge(remove(stranger), owner, two), undefined);
});

test("an admin renames, but only an owner makes owners, and one always stays", () => {
  const change = (changed: Partial<Rules>): Change => ({ kind: "rules", rules: { ...rules, ...changed } });
  assert.ok(allowed(change({ title: "enemies" }), admin));
  assert.ok(!allowed(change({ title: "enemies" }), member));
  const usurped = change({ roles: new Map([[toHex(admin), "owner"]]) });
  assert.ok(!allowed(usurped, admin));
  assert.ok(allowed(usurped, owner));
  assert.ok(!allowed(change({ roles: new Map() }), owner));
  assert.ok(!allowed(change({ conversationId: root(9).slice(0, 16) }), owner));
});

test("what the policy does not know, nobody may do", () => {
  assert.ok(!allowed({ kind: "other" }, owner));
  assert.ok(!allowed({ kind: "rules", rules: undefined }, owner));
});
