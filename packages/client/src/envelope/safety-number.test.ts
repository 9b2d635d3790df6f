import assert from "node:assert/strict";
import { test } from "node:test";
import { systemRandom as random } from "@quicprochat/crypto";
import { accountFingerprint, safetyNumber } from "./safety-number.ts";

const serverId = random(32);
const alice = { serverId, username: "alice", rootKey: random(32) };
const bob = { serverId, username: "bob", rootKey: random(32) };

test("both sides see the same sixty digits", () => {
  const digits = safetyNumber(alice, bob);
  assert.match(digits, /^(\d{5} ){11}\d{5}$/);
  assert.equal(safetyNumber(bob, alice), digits);
  assert.ok(digits.includes(accountFingerprint(alice)) && digits.includes(accountFingerprint(bob)));
});

test("another key, name or server has other digits", () => {
  const others = [
    { ...alice, rootKey: random(32) },
    { ...alice, username: "alicf" },
    { ...alice, serverId: random(32) },
  ];
  for (const other of others) assert.notEqual(accountFingerprint(other), accountFingerprint(alice));
});

test("the digits of known bytes stay the same", () => {
  const fixed = { serverId: new Uint8Array(32).fill(1), username: "alice", rootKey: new Uint8Array(32).fill(2) };
  assert.equal(accountFingerprint(fixed), "39371 09046 70089 05774 58524 92619");
});
