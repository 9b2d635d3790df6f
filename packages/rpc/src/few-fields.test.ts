import assert from "node:assert/strict";
import { test } from "node:test";
import { create, toBinary } from "@bufbuild/protobuf";
import { DecodeError } from "@quicprochat/bytes";
import { methods, limits as protocolLimits } from "@quicprochat/protocol";
import fc from "fast-check";
import { requireFewFields } from "./few-fields.ts";
import { limits } from "./limits.ts";
import { decodeMessage } from "./message.ts";

const { request: enqueue } = methods.enqueue;
const { request: publish } = methods.devicesPublish;

test("the largest honest request has few enough fields", () => {
  const items = Array.from({ length: protocolLimits.enqueueAddressesMax }, () => ({
    id: new Uint8Array(16),
    address: new Uint8Array(32),
    doorKey: new Uint8Array(16),
  }));
  const tokens = Array.from({ length: 4 * 32 }, () => new Uint8Array(protocolLimits.tokenBytes));
  const message = create(enqueue, { items, tokens, ttlHours: 1, body: new Uint8Array(65_536) });
  assert.equal(decodeMessage(enqueue, toBinary(enqueue, message)).items.length, items.length);
});

test("a message of many tiny fields is refused before it is made, also deep inside", () => {
  const emptyTokens = Buffer.alloc(2 * (limits.messageFieldsMax + 1));
  for (let at = 0; at < emptyTokens.length; at += 2) emptyTokens[at] = (4 << 3) | 2;
  assert.throws(() => decodeMessage(enqueue, emptyTokens), { code: "too-many-fields" });
  const emptyDevices = Buffer.alloc(2 * (limits.messageFieldsMax + 1));
  for (let at = 0; at < emptyDevices.length; at += 2) emptyDevices[at] = (2 << 3) | 2;
  const length = Buffer.from([(1 << 3) | 2, (emptyDevices.length & 0x7f) | 0x80, (emptyDevices.length >> 7) | 0x80, 1]);
  length[3] = emptyDevices.length >> 14;
  assert.throws(() => decodeMessage(publish, Buffer.concat([length, emptyDevices])), { code: "too-many-fields" });
  assert.equal(decodeMessage(enqueue, emptyTokens.subarray(0, 200)).tokens.length, 100);
});

test("random bytes and nested groups yield only DecodeError", () => {
  const groups = new Uint8Array(1_000_000).fill(0x0b);
  assert.throws(() => requireFewFields(enqueue, groups), DecodeError);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      try {
        requireFewFields(enqueue, bytes);
      } catch (error) {
        assert.ok(error instanceof DecodeError);
      }
    }),
  );
});
