import assert from "node:assert/strict";
import { test } from "node:test";
import { toHex } from "@quicprochat/bytes";
import { systemRandom as random } from "@quicprochat/crypto";
import { formatRecoveryCode, newRecoveryCode, parseRecoveryCode, rootKeyPair } from "./recovery-code.ts";

test("a code is read as it is shown, and as people type it", () => {
  for (const code of [newRecoveryCode(random), new Uint8Array(20), new Uint8Array(20).fill(255)]) {
    const text = formatRecoveryCode(code);
    assert.match(text, /^([a-z2-7]{4}-){8}[a-z2-7]{4}$/);
    for (const typed of [text, text.toUpperCase(), text.replaceAll("-", " "), ` ${text.replaceAll("-", "")}\n`]) {
      assert.deepEqual(parseRecoveryCode(typed), code);
    }
  }
});

test("a slip of the pen is noticed", () => {
  const text = formatRecoveryCode(newRecoveryCode(random)).replaceAll("-", "");
  let passed = 0;
  for (let at = 0; at < text.length; at++) {
    const wrong = text[at] === "a" ? "b" : "a";
    try {
      parseRecoveryCode(text.slice(0, at) + wrong + text.slice(at + 1));
      passed++;
    } catch (error) {
      assert.ok(error instanceof Error && "code" in error && error.code === "bad_recovery_code");
    }
  }
  // One in a million each.
  assert.equal(passed, 0);
  for (const bad of ["", text.slice(1), `${text}a`, `${text.slice(1)}1`]) {
    assert.throws(() => parseRecoveryCode(bad), { code: "bad_recovery_code", message: /wrote down/ });
  }
});

test("the root key follows from the code", () => {
  const { publicKey, privateKey } = rootKeyPair(new Uint8Array(20));
  assert.equal(toHex(privateKey), "953599fb21df4312421b378ae20f1a4aada70dbdb5aa3ee84e086707f0bd8045");
  assert.notEqual(toHex(rootKeyPair(newRecoveryCode(random)).publicKey), toHex(publicKey));
});
