import assert from "node:assert/strict";
import { argon2Sync } from "node:crypto";
import { test } from "node:test";
import { argon2id as nobleArgon2id } from "@noble/hashes/argon2.js";
import { toHex, toUtf8 } from "@quicprochat/bytes";
import { argon2id } from "./index.ts";

test("the Argon2id below is that of RFC 9106 section 5.3", () => {
  const parameters = {
    message: new Uint8Array(32).fill(1),
    nonce: new Uint8Array(16).fill(2),
    secret: new Uint8Array(8).fill(3),
    associatedData: new Uint8Array(12).fill(4),
    memory: 32,
    passes: 3,
    parallelism: 4,
    tagLength: 32,
  };
  const expected = "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659";
  assert.equal(argon2Sync("argon2id", parameters).toString("hex"), expected);
});

test("a key from a password is the value that the reference implementation prints", async () => {
  const derived = await argon2id({
    password: toUtf8("password"),
    salt: toUtf8("somesalt"),
    memoryKiB: 65_536,
    passes: 2,
    parallelism: 1,
    length: 32,
  });
  assert.equal(toHex(derived), "09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7");
});

test("each cost reaches the derivation as an independent implementation understands it", async () => {
  const password = toUtf8("correct horse");
  const salt = toUtf8("battery staple!!");
  for (const [memoryKiB, passes, parallelism, length] of [
    [64, 1, 1, 32],
    [128, 3, 4, 16],
    [256, 2, 2, 64],
  ] as const) {
    const derived = await argon2id({ password, salt, memoryKiB, passes, parallelism, length });
    const expected = nobleArgon2id(password, salt, { m: memoryKiB, t: passes, p: parallelism, dkLen: length });
    assert.deepEqual(derived, expected);
  }
});

test("a cost that Argon2 does not have is refused", async () => {
  const cost = { memoryKiB: 1, passes: 1, parallelism: 4, length: 32 };
  await assert.rejects(async () => argon2id({ password: toUtf8("x"), salt: new Uint8Array(16), ...cost }));
});
