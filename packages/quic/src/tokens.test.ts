import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { NEW_TOKEN_MS, RETRY_TOKEN_MS } from "./limits.ts";
import { Tokens } from "./tokens.ts";

let seed = 0;
const random = (length: number): Uint8Array => new Uint8Array(length).fill(seed++ & 0xff);
const tokens = new Tokens(new Uint8Array(16).fill(1), random);
const ids = { originalDestination: Uint8Array.of(1, 2, 3), retrySource: Uint8Array.of(4, 5) };

test("a Retry token is good at the address and port that it was given to, for a while", () => {
  const token = tokens.retry(1000, "192.0.2.1:5", ids);
  assert.deepEqual(tokens.open(1000, "192.0.2.1:5", token), { kind: "retry", ...ids });
  assert.equal(tokens.open(1000, "192.0.2.1:6", token).kind, "invalid");
  assert.equal(tokens.open(1001 + RETRY_TOKEN_MS, "192.0.2.1:5", token).kind, "invalid");
});

test("a later token is good at any port of its host, for a day", () => {
  const token = tokens.later(1000, "192.0.2.1:5");
  assert.equal(tokens.open(2000, "192.0.2.1:77", token).kind, "later");
  assert.equal(tokens.open(2000, "192.0.2.2:5", token).kind, "invalid");
  assert.equal(tokens.open(1001 + NEW_TOKEN_MS, "192.0.2.1:5", token).kind, "invalid");
});

test("what was not sealed here is invalid, and never throws", () => {
  const genuine = tokens.retry(1000, "192.0.2.1:5", ids);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(), (bytes, flip) => {
      assert.equal(tokens.open(1000, "192.0.2.1:5", bytes).kind, "invalid");
      const damaged = genuine.slice();
      const at = flip % damaged.length;
      damaged[at] = (damaged[at] ?? 0) ^ 0x10;
      assert.equal(tokens.open(1000, "192.0.2.1:5", damaged).kind, "invalid");
      assert.equal(new Tokens(new Uint8Array(16), random).open(1000, "192.0.2.1:5", genuine).kind, "invalid");
    }),
  );
});
