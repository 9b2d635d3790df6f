import assert from "node:assert/strict";
import { test } from "node:test";
import { create, toBinary } from "@bufbuild/protobuf";
import { DecodeError } from "@quicprochat/bytes";
import { systemRandom as random } from "@quicprochat/crypto";
import { ContentSchema, limits as protocolLimits } from "@quicprochat/protocol";
import fc from "fast-check";
import { decodeContent, encodeContent } from "./content.ts";

const content = {
  id: random(16),
  counter: 2n ** 63n,
  parents: [random(16), random(16)],
  sentAt: 1_700_000_000_123,
  body: { kind: "text", text: "Grüße 👋" },
} as const;

test("content is read as written, also without text or parents", () => {
  assert.deepEqual(decodeContent(encodeContent(content)), content);
  const bare = { ...content, parents: [], counter: 0n, sentAt: 0, body: { kind: "text", text: "" } } as const;
  assert.deepEqual(decodeContent(encodeContent(bare)), bare);
});

test("a body of a newer program is told as unknown", () => {
  const bytes = toBinary(ContentSchema, create(ContentSchema, { id: content.id }));
  assert.deepEqual(decodeContent(bytes).body, { kind: "unknown" });
});

test("ids of another length, too many parents, and too much text are refused", () => {
  const bad = [
    { ...content, id: random(15) },
    { ...content, parents: [random(17)] },
    { ...content, parents: Array.from({ length: 9 }, () => random(16)) },
    { ...content, body: { kind: "text", text: "é".repeat(protocolLimits.textBytesMax / 2 + 1) } },
  ] as const;
  for (const one of bad) assert.throws(() => decodeContent(encodeContent(one)), DecodeError);
  const ofAge = toBinary(ContentSchema, create(ContentSchema, { id: content.id, sentAtMs: 2n ** 60n }));
  assert.throws(() => decodeContent(ofAge), DecodeError);
  const full = { ...content, body: { kind: "text", text: "x".repeat(protocolLimits.textBytesMax) } } as const;
  assert.deepEqual(decodeContent(encodeContent(full)), full);
});

test("random bytes throw nothing but DecodeError", () => {
  const written = encodeContent(content);
  const mutated = fc.tuple(fc.nat({ max: written.length - 1 }), fc.nat({ max: 255 })).map(([at, byte]) => {
    const bytes = written.slice();
    bytes[at] = byte;
    return bytes;
  });
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 100 }), mutated), (bytes) => {
      try {
        decodeContent(bytes);
      } catch (error) {
        assert.ok(error instanceof DecodeError, String(error));
      }
    }),
  );
});
