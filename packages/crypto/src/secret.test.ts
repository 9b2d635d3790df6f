import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { erase, Secret } from "./index.ts";

const canary = "the canary";
const secretOf = (text: string): Secret => new Secret(new Uint8Array(Buffer.from(text)));

test("a secret does not print, whatever prints it", () => {
  const secret = secretOf(canary);
  const printed = [
    String(secret),
    secret.toString(),
    JSON.stringify({ secret }),
    inspect(secret),
    inspect({ deep: [secret] }, { depth: 9, showHidden: true }),
    inspect(new Error("failed", { cause: secret })),
    Object.entries(secret).join(),
    Object.getOwnPropertyNames(secret).join(),
  ];
  const hex = Buffer.from(canary).toString("hex");
  const decimal = Array.from(Buffer.from(canary)).join(",");
  for (const text of printed) {
    for (const form of [canary, hex, decimal, Buffer.from(canary).toString("base64")]) assert.ok(!text.includes(form));
  }
  assert.equal(JSON.stringify({ secret }), '{"secret":"[secret]"}');
});

test("a secret is erased at the end of its scope, also after an error", () => {
  const kept = new Uint8Array([1, 2, 3]);
  assert.throws(() => {
    using secret = new Secret(kept);
    assert.deepEqual(secret.bytes, Uint8Array.of(1, 2, 3));
    assert.equal(secret.length, 3);
    throw new Error("in between");
  }, /in between/);
  assert.deepEqual(kept, new Uint8Array(3));
});

test("an erased secret gives nothing out, and erasing twice is harmless", () => {
  const secret = secretOf(canary);
  secret.erase();
  secret.erase();
  assert.throws(() => secret.bytes, /erased/);
});

test("erasing overwrites all buffers, and only the part that a view shows", () => {
  const whole = new Uint8Array([1, 2, 3, 4]);
  const other = new Uint8Array([5]);
  erase(whole.subarray(1, 3), other);
  assert.deepEqual([whole, other], [Uint8Array.of(1, 0, 0, 4), Uint8Array.of(0)]);
});
