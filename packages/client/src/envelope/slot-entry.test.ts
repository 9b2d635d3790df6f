import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeWith, toHex } from "@quicprochat/bytes";
import { kdf, systemRandom as random, signingKeyPairFromSeed } from "@quicprochat/crypto";
import { signSlot, verifySlot } from "@quicprochat/protocol";
import fc from "fast-check";
import { sealGroupCell } from "./group-cell.ts";
import { seal } from "./sealed.ts";
import { openSlotEntry, sealSlotEntry, slotKeys } from "./slot-entry.ts";

const gate = random(32);
const keys = slotKeys(gate, 0);
const empty = new Uint8Array(0);

const sealed = (messages: readonly Uint8Array[]): Uint8Array => {
  const entry = sealSlotEntry(keys, messages, random);
  assert.ok(entry !== undefined);
  return entry;
};

test("proposals and commit come back whole and in order, in entries of the sizes that a server takes", () => {
  const overhead = 64 + 16 + 5 + 4;
  const sizes = new Map([
    [1, 4_096],
    [4_096 - overhead, 4_096],
    [4_096 - overhead + 1, 16_384],
    [16_384 - overhead + 1, 65_536],
    [65_536 - overhead + 1, 131_072],
    [3 * 1_048_576 - overhead, 3 * 1_048_576],
  ]);
  for (const [length, size] of sizes) {
    const commit = random(length);
    const entry = sealed([commit]);
    assert.equal(entry.length, size);
    assert.deepEqual(openSlotEntry(keys, entry), [commit]);
  }
  assert.equal(sealSlotEntry(keys, [random(3 * 1_048_576 - overhead + 1)], random), undefined);
  const several = [random(10), random(0), random(300)];
  assert.deepEqual(openSlotEntry(keys, sealed(several)), several);
});

test("name and secret follow from gate and attempt, as written", () => {
  const attempt = kdf(
    gate,
    "attempt",
    encodeWith((writer) => writer.u32(3)),
  );
  const { name, entrySecret } = slotKeys(gate, 3);
  assert.deepEqual(name, signingKeyPairFromSeed(kdf(attempt, "name", empty)));
  assert.deepEqual(entrySecret, kdf(attempt, "entry", empty));
  const names = [slotKeys(gate, 0), slotKeys(gate, 1), slotKeys(random(32), 0)].map((one) => toHex(one.name.publicKey));
  assert.equal(new Set(names).size, 3);
});

test("the name's key signs an entry as the server checks it", () => {
  const entry = sealed([random(100)]);
  assert.ok(verifySlot(keys.name.publicKey, entry, signSlot(keys.name.privateKey, entry)));
});

test("an entry opens in its own slot only", () => {
  const entry = sealed([random(100)]);
  assert.equal(openSlotEntry(slotKeys(gate, 1), entry), undefined);
  assert.equal(openSlotEntry(slotKeys(random(32), 0), entry), undefined);
});

test("what is no list of messages, or has another size, does not open", () => {
  const { entrySecret } = keys;
  const sealing = { size: 4_096, random };
  const list = encodeWith((writer) => writer.vector32(random(5)));
  const entries: Record<string, Uint8Array> = {
    "no messages": seal(entrySecret, { ...sealing, kind: 0, body: empty }),
    "a length beyond the end": seal(entrySecret, { ...sealing, kind: 0, body: list.subarray(0, 8) }),
    "bytes behind the last": seal(entrySecret, { ...sealing, kind: 0, body: Buffer.concat([list, Uint8Array.of(0)]) }),
    "too many messages": seal(entrySecret, { kind: 0, body: new Uint8Array(4 * 1_025), size: 16_384, random }),
    "a cell's kind": seal(entrySecret, { ...sealing, kind: 1, body: list }),
    "a size that slots do not have": seal(entrySecret, { kind: 0, body: list, size: 4_097, random }),
    "a cell": sealGroupCell(entrySecret, { kind: "mls-message", message: random(4_000) }, random) ?? empty,
  };
  for (const [name, entry] of Object.entries(entries)) assert.equal(openSlotEntry(keys, entry), undefined, name);
});

test("random bodies never throw, and what opens is sealed again to the same list", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (body) => {
      const opened = openSlotEntry(keys, seal(keys.entrySecret, { kind: 0, body, size: 4_096, random }));
      if (opened === undefined) return;
      assert.deepEqual(
        body,
        encodeWith((writer) => {
          for (const message of opened) writer.vector32(message);
        }),
      );
    }),
  );
});
