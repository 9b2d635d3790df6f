import assert from "node:assert/strict";
import { test } from "node:test";
import { concatBytes, DecodeError, toHex } from "@quicprochat/bytes";
import { systemRandom as random } from "@quicprochat/crypto";
import fc from "fast-check";
import {
  type ConversationRules,
  decodeConversationRules,
  decodeDeliveryAddress,
  encodeConversationRules,
  encodeDeliveryAddress,
} from "./extensions.ts";

const rules: ConversationRules = {
  conversationId: random(16),
  title: "Grüße",
  roles: new Map([
    [toHex(new Uint8Array(32).fill(2)), "member"],
    [toHex(new Uint8Array(32).fill(9)), "owner"],
    [toHex(new Uint8Array(32).fill(1)), "admin"],
  ]),
};

test("delivery addresses are read as written: doors with and without a key, mailboxes", () => {
  for (const delivery of [
    { kind: "door", address: random(32), doorKey: random(16) },
    { kind: "door", address: random(32), doorKey: new Uint8Array(0) },
    { kind: "mailbox", address: random(32) },
  ] as const) {
    assert.deepEqual(decodeDeliveryAddress(encodeDeliveryAddress(delivery)), delivery);
  }
});

test("rules are read as written, whatever the order of their roles", () => {
  const encoded = encodeConversationRules(rules);
  const read = decodeConversationRules(encoded);
  assert.deepEqual(read, rules);
  assert.deepEqual(encodeConversationRules({ ...rules, roles: new Map([...rules.roles].reverse()) }), encoded);
});

test("other sizes, kinds, policies, orders and bytes behind are refused", () => {
  const door = encodeDeliveryAddress({ kind: "door", address: random(32), doorKey: random(16) });
  const mailbox = encodeDeliveryAddress({ kind: "mailbox", address: random(32) });
  for (const bad of [door.subarray(0, 40), concatBytes(door, random(1)), concatBytes(mailbox, random(16))]) {
    assert.throws(() => decodeDeliveryAddress(bad), DecodeError);
  }
  assert.throws(() => decodeDeliveryAddress(concatBytes(Uint8Array.of(3), random(32))), DecodeError);
  const encoded = encodeConversationRules(rules);
  const policy = encoded.slice();
  policy[17] = 2;
  assert.throws(() => decodeConversationRules(policy), { code: "unknown-policy" });
  const role = encoded.slice();
  role[encoded.length - 33] = 3;
  assert.throws(() => decodeConversationRules(role), { code: "unknown-role" });
  const swapped = concatBytes(encoded.subarray(0, -66), encoded.subarray(-33), encoded.subarray(-66, -33));
  assert.throws(() => decodeConversationRules(swapped), { code: "unsorted-roles" });
  const long = encodeConversationRules({ ...rules, title: "x".repeat(257) });
  assert.throws(() => decodeConversationRules(long), { code: "too-long" });
});

test("random bytes throw nothing but DecodeError, and what is read is written the same", () => {
  const written = encodeConversationRules(rules);
  const mutated = fc.tuple(fc.nat({ max: written.length - 1 }), fc.nat({ max: 255 })).map(([at, byte]) => {
    const bytes = written.slice();
    bytes[at] = byte;
    return bytes;
  });
  const codecs = [
    (bytes: Uint8Array) => encodeConversationRules(decodeConversationRules(bytes)),
    (bytes: Uint8Array) => encodeDeliveryAddress(decodeDeliveryAddress(bytes)),
  ];
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 120 }), mutated), (bytes) => {
      for (const again of codecs) {
        try {
          assert.deepEqual(again(bytes), bytes);
        } catch (error) {
          assert.ok(error instanceof DecodeError, String(error));
        }
      }
    }),
  );
});
