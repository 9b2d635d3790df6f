import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { jsonText } from "./output.ts";

test("a JSON line reads back as what it says, whatever it says", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.string({ unit: "binary" }), (value, text) => {
      const line = { value, text };
      assert.deepEqual(JSON.parse(jsonText(line)), JSON.parse(JSON.stringify(line)));
    }),
  );
});

test("a JSON line is one line, and nothing in it moves a terminal or turns its text", () => {
  const anything = fc.string({ unit: fc.integer({ min: 0, max: 0x2fff }).map((code) => String.fromCharCode(code)) });
  fc.assert(
    fc.property(anything, (text) => {
      assert.doesNotMatch(jsonText({ text }), /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u);
    }),
  );
  assert.equal(jsonText({ text: "\x1b[2J\u009b31m\u202e" }), '{"text":"\\u001b[2J\\u009b31m\\u202e"}');
});

test("other text stays readable", () => {
  assert.equal(jsonText({ text: "北京 é 😀" }), '{"text":"北京 é 😀"}');
});
