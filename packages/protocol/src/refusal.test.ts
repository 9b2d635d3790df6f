import assert from "node:assert/strict";
import { test } from "node:test";
import { isRefusalCode, RefusalError, refusalOfStatus, refusals } from "./index.ts";

const all = Object.entries(refusals);

test("each refusal has a status byte of its own, none of them the zero of success", () => {
  const statuses = all.map(([, { status }]) => status);
  assert.equal(new Set(statuses).size, statuses.length);
  for (const status of statuses) assert.ok(Number.isInteger(status) && status > 0 && status < 256, `${status}`);
});

test("each status leads back to its refusal; others lead nowhere", () => {
  for (const [code, { status }] of all) assert.equal(refusalOfStatus(status), code);
  for (const status of [0, 255, 256, -1, 1.5]) assert.equal(refusalOfStatus(status), undefined);
});

test("each refusal tells a person something, in a sentence of its own", () => {
  const texts = all.map(([, { text }]) => text);
  assert.equal(new Set(texts).size, texts.length);
  for (const text of texts) assert.match(text, /^[A-Z].{10,}\.$/);
});

test("names that objects have anyway are no refusals", () => {
  assert.ok(isRefusalCode("malformed"));
  for (const name of ["toString", "__proto__", "constructor", "", "Malformed"]) assert.ok(!isRefusalCode(name));
});

test("a refusal as an error carries its code, its text and when to come back", () => {
  const error = new RefusalError("rate_limited", 1_500);
  assert.deepEqual(
    [error.code, error.message, error.retryAfterMs],
    ["rate_limited", refusals.rate_limited.text, 1_500],
  );
  assert.equal(new RefusalError("quota").retryAfterMs, 0);
});
