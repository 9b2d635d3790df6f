import assert from "node:assert/strict";
import { test } from "node:test";
import { DecodeError } from "@quicprochat/bytes";
import fc from "fast-check";
import { limits, parseAddress, parseDeviceId, parseMessageId, parseUsername, UsernameError } from "./index.ts";

test("an id is bytes of exactly its length", () => {
  const parsers = [
    [parseAddress, limits.addressBytes],
    [parseMessageId, limits.messageIdBytes],
    [parseDeviceId, limits.deviceIdBytes],
  ] as const;
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      for (const [parse, length] of parsers) {
        if (bytes.length === length) assert.deepEqual(parse(bytes), bytes);
        else assert.throws(() => parse(bytes), DecodeError);
      }
    }),
  );
  for (const [parse, length] of parsers) assert.equal(parse(new Uint8Array(length)).length, length);
});

test("user names are short and plain", () => {
  for (const name of ["al", "alice", "a.b-c_d", "007", "x".repeat(32)]) assert.equal(parseUsername(name), name);
  const bad = [
    "",
    "a",
    "Alice",
    "a b",
    ".ab",
    "ab.",
    "-ab",
    "ab_",
    "x".repeat(33),
    "alíce",
    "аlice",
    "al\nice",
    "ab\n",
  ];
  for (const name of bad) assert.throws(() => parseUsername(name), UsernameError, JSON.stringify(name));
});

test("any text is a user name of its own bytes or a UsernameError that is safe to print", () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string({ unit: "binary", maxLength: 60 }), fc.stringMatching(/^[a-z0-9._-]{0,40}$/)),
      (text) => {
        try {
          assert.equal(parseUsername(text), text);
          assert.match(text, /^[a-z0-9._-]{2,32}$/);
        } catch (error) {
          assert.ok(error instanceof UsernameError, String(error));
          assert.match(error.message, /^[\x20-\x7e]+$/);
          assert.ok(error.message.length < 250);
        }
      },
    ),
  );
});
