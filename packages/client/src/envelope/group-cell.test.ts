import assert from "node:assert/strict";
import { test } from "node:test";
import { concatBytes, encodeWith, toUtf8 } from "@quicprochat/bytes";
import { aeadSeal, kdf, systemRandom as random } from "@quicprochat/crypto";
import { limits as protocolLimits } from "@quicprochat/protocol";
import fc from "fast-check";
import { type CellContent, commitMatches, groupCellBodyBytesMax, openGroupCell, sealGroupCell } from "./group-cell.ts";
import { seal } from "./sealed.ts";

const env = random(32);
const other = random(32);

const sealed = (content: CellContent, under: Uint8Array = env): Uint8Array => {
  const cell = sealGroupCell(under, content, random);
  assert.ok(cell !== undefined);
  return cell;
};

const whole = (entry: Uint8Array): CellContent => ({
  kind: "commit-notice",
  notice: {
    name: random(32),
    signature: random(64),
    receipt: { statementKey: random(32), signature: random(64) },
    entry: { kind: "whole", bytes: entry },
  },
});

test("whatever is sealed opens as it was, in the smallest cell that holds it", () => {
  const overhead = 32 + 32 + 16 + 5;
  for (const [at, size] of protocolLimits.cellBytes.entries()) {
    const least = at === 0 ? 0 : (protocolLimits.cellBytes[at - 1] ?? 0) - overhead + 1;
    for (const length of [least, size - overhead]) {
      const message = random(length);
      const cell = sealed({ kind: "mls-message", message });
      assert.equal(cell.length, size);
      assert.deepEqual(openGroupCell(env, cell), { kind: "mls-message", message });
    }
  }
  assert.equal(groupCellBodyBytesMax, 65_536 - overhead);
  assert.equal(sealGroupCell(env, { kind: "mls-message", message: random(65_536 - overhead + 1) }, random), undefined);
});

test("notices and dummies open as they were", () => {
  const contents: CellContent[] = [
    whole(random(4_096)),
    whole(new Uint8Array(0)),
    { kind: "dummy" },
    {
      kind: "commit-notice",
      notice: {
        name: random(32),
        signature: random(64),
        receipt: { statementKey: random(32), signature: random(64) },
        entry: { kind: "hash", hash: random(32) },
      },
    },
  ];
  for (const content of contents) assert.deepEqual(openGroupCell(env, sealed(content)), content);
});

test("a cell is salt, commitment and ciphertext, exactly as written", () => {
  const message = toUtf8("hello");
  const salt = random(32);
  const cell = sealGroupCell(env, { kind: "mls-message", message }, () => salt.slice());
  const plaintext = encodeWith((writer) =>
    writer
      .u8(1)
      .u32(5)
      .fixed(message)
      .zeros(1_024 - 64 - 16 - 10),
  );
  const key = kdf(env, "cell key", salt);
  const empty = new Uint8Array(0);
  const ciphertext = aeadSeal({
    algorithm: "chacha20-poly1305",
    key,
    nonce: new Uint8Array(12),
    aad: empty,
    plaintext,
  });
  assert.deepEqual(cell, concatBytes(salt, kdf(env, "cell commit", salt), ciphertext));
});

test("only the secret that a cell was sealed under matches its commitment and opens it", () => {
  const cell = sealed({ kind: "dummy" });
  assert.equal(commitMatches(env, cell), true);
  assert.equal(commitMatches(other, cell), false);
  assert.equal(openGroupCell(other, cell), undefined);
  assert.equal(commitMatches(env, cell.subarray(0, 63)), false);
});

test("two sealings of one content have nothing in common", () => {
  const [one, two] = [sealed({ kind: "dummy" }), sealed({ kind: "dummy" })];
  const same = one.filter((byte, at) => byte === two[at]).length;
  assert.ok(same < 64, `${same} of 1,024 bytes`);
});

test("a cell of which any byte was changed does not open", () => {
  const cell = sealed({ kind: "mls-message", message: toUtf8("hello") });
  for (let at = 0; at < cell.length; at++) {
    const changed = cell.slice();
    changed[at] = (changed[at] ?? 0) ^ 1;
    assert.equal(openGroupCell(env, changed), undefined, `byte ${at}`);
  }
});

test("what is well sealed and not well formed does not open", () => {
  const sealing = { size: 1_024, random };
  const bodies: Record<string, Uint8Array> = {
    "a dummy with content": seal(env, { ...sealing, kind: 4, body: Uint8Array.of(1) }),
    "a notice that ends early": seal(env, { ...sealing, kind: 2, body: random(191) }),
    "a notice of an unknown form": seal(env, { ...sealing, kind: 2, body: new Uint8Array(193).fill(2) }),
    "an entry's hash with bytes behind it": seal(env, { ...sealing, kind: 2, body: new Uint8Array(192 + 1 + 33) }),
    "another size": seal(env, { kind: 4, body: new Uint8Array(0), size: 1_025, random }),
  };
  for (const [name, cell] of Object.entries(bodies)) assert.equal(openGroupCell(env, cell), undefined, name);
});

test("kinds of newer programs, fragments and blobs are told apart from damage", () => {
  for (const kind of [0, 3, 5, 6, 255]) {
    const cell = seal(env, { kind, body: random(10), size: 1_024, random });
    assert.deepEqual(openGroupCell(env, cell), { kind: "unsupported", number: kind });
  }
});

test("padding that is not zero, and a length beyond the cell, do not open", () => {
  const salt = random(32);
  const sealRaw = (plaintext: Uint8Array): Uint8Array => {
    const key = kdf(env, "cell key", salt);
    const aad = new Uint8Array(0);
    const ct = aeadSeal({ algorithm: "chacha20-poly1305", key, nonce: new Uint8Array(12), aad, plaintext });
    return concatBytes(salt, kdf(env, "cell commit", salt), ct);
  };
  const plaintext = new Uint8Array(1_024 - 80);
  plaintext[0] = 4;
  assert.deepEqual(openGroupCell(env, sealRaw(plaintext)), { kind: "dummy" });
  plaintext[plaintext.length - 1] = 1;
  assert.equal(openGroupCell(env, sealRaw(plaintext)), undefined);
  plaintext.set([4, 255, 255, 255, 255]);
  assert.equal(openGroupCell(env, sealRaw(plaintext)), undefined);
});

test("random bytes are nothing, and never throw", () => {
  const sizes = fc.constantFrom(0, 1, 63, 64, 80, ...protocolLimits.cellBytes);
  fc.assert(
    fc.property(sizes, (size) => {
      assert.equal(openGroupCell(env, random(size)), undefined);
    }),
  );
  fc.assert(
    fc.property(fc.nat({ max: 255 }), fc.uint8Array({ maxLength: 300 }), (kind, body) => {
      openGroupCell(env, seal(env, { kind, body, size: 1_024, random }));
    }),
  );
});
