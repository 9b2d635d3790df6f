import assert from "node:assert/strict";
import { test } from "node:test";
import { DecodeError, equalBytes } from "@quicprochat/bytes";
import { systemRandom } from "@quicprochat/crypto";
import fc from "fast-check";
import { limits } from "../limits.ts";
import { followRotations } from "./rotation.ts";
import {
  createServerIdentity,
  decodeServerIdentity,
  encodeServerIdentity,
  rotateServerIdentity,
  type ServerIdentity,
  serverIdOf,
  statementKeyOf,
} from "./server-identity.ts";

const random = systemRandom;

function rotated(times: number): ServerIdentity {
  let identity = createServerIdentity({ random });
  for (let count = 0; count < times; count++) identity = rotateServerIdentity(identity, { random });
  return identity;
}

test("an identity reads back as it was written, and writes again the same", () => {
  for (const times of [0, 1, 3]) {
    const identity = rotated(times);
    const bytes = encodeServerIdentity(identity);
    assert.deepEqual(decodeServerIdentity(bytes), identity);
    assert.deepEqual(encodeServerIdentity(decodeServerIdentity(bytes)), bytes);
  }
});

test("a rotation changes the signing and the TLS key, and neither the id nor the key of receipts", () => {
  const before = createServerIdentity({ random });
  const after = rotateServerIdentity(before, { random });
  assert.deepEqual(serverIdOf(after), serverIdOf(before));
  assert.deepEqual(statementKeyOf(after), statementKeyOf(before));
  assert.equal(equalBytes(after.signingKey.publicKey, before.signingKey.publicKey), false);
  assert.equal(equalBytes(after.tlsKey.publicKey, before.tlsKey.publicKey), false);
  assert.equal(after.counter, before.counter + 1);
  const keys = followRotations(after.serverId, after.rotations);
  assert.deepEqual(keys, [before.signingKey.publicKey, after.signingKey.publicKey]);
});

test("a chain that skips, repeats, reorders or forges a rotation does not lead anywhere", () => {
  const { serverId, rotations } = rotated(3);
  const [first, second, third] = rotations;
  assert.ok(first !== undefined && second !== undefined && third !== undefined);
  const forged = { ...second, signature: systemRandom(64) };
  const later = { ...third, counter: third.counter + 1 };
  for (const chain of [[second], [first, first], [second, first], [first, forged, third], [first, second, later]]) {
    assert.equal(followRotations(serverId, chain), null);
  }
  assert.equal(followRotations(serverId, rotations)?.length, 4);
});

test("an identity is rotated at most as often as a statement has room for", () => {
  const full = {
    ...rotated(1),
    rotations: Array.from({ length: limits.rotationsMax }, () => rotated(1).rotations).flat(),
  };
  assert.throws(() => rotateServerIdentity(full, { random }), RangeError);
});

test("keys and rotations that do not belong together are refused", () => {
  const identity = rotated(2);
  const foreign = encodeServerIdentity({ ...identity, signingKey: createServerIdentity({ random }).signingKey });
  assert.throws(() => decodeServerIdentity(foreign), { code: "bad-rotations" });
  const low = encodeServerIdentity({ ...identity, counter: 1 });
  assert.throws(() => decodeServerIdentity(low), { code: "bad-counter" });
  const newer = encodeServerIdentity(identity).fill(2, 0, 1);
  assert.throws(() => decodeServerIdentity(newer), { code: "unknown-version" });
});

test("whatever the bytes of an identity, they are read whole or are a DecodeError", () => {
  const valid = encodeServerIdentity(rotated(1));
  const mutated = fc.tuple(fc.nat(valid.length - 1), fc.integer({ min: 1, max: 255 })).map(([at, change]) => {
    const bytes = valid.slice();
    bytes[at] = (bytes[at] ?? 0) ^ change;
    return bytes;
  });
  const cut = fc.nat(valid.length - 1).map((length) => valid.subarray(0, length));
  fc.assert(
    fc.property(fc.oneof(mutated, cut, fc.uint8Array({ maxLength: 400 })), (bytes) => {
      try {
        assert.deepEqual(encodeServerIdentity(decodeServerIdentity(bytes)), bytes);
      } catch (error) {
        assert.ok(error instanceof DecodeError);
      }
    }),
  );
});
