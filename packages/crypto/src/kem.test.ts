import assert from "node:assert/strict";
import { test } from "node:test";
import { concatBytes } from "@quicprochat/bytes";
import fc from "fast-check";
import { lowOrderPoints } from "../test/low-order-points.ts";
import { type Kem, KemError, systemRandom, x25519HkdfSha256, xWing } from "./index.ts";

function encapsulates(kem: Kem, publicKey: Uint8Array): boolean {
  try {
    kem.encapsulate(publicKey, systemRandom);
    return true;
  } catch (error) {
    assert.ok(error instanceof KemError);
    return false;
  }
}

const bytes = (length: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: length, maxLength: length });

test("what is a public key is what can be encapsulated to: X-Wing, whole and with coefficients changed", () => {
  const changes = fc.array(fc.tuple(fc.nat(1_151), fc.nat(255)), { maxLength: 3 });
  fc.assert(
    fc.property(bytes(32), changes, (seed, changed) => {
      const key = xWing.generateKeyPair(() => seed.slice()).publicKey.slice();
      for (const [at, value] of changed) key[at] = value;
      assert.equal(xWing.isPublicKey(key), encapsulates(xWing, key));
    }),
    { numRuns: 300 },
  );
});

test("a coefficient is below q, in each of its two places", () => {
  const { publicKey } = xWing.generateKeyPair(systemRandom);
  for (const [three, expected] of [
    [[0x00, 0x0d, 0x00], true],
    [[0x01, 0x0d, 0x00], false],
    [[0x00, 0x00, 0xd0], true],
    [[0x00, 0x10, 0xd0], false],
    [[0xff, 0xff, 0xff], false],
  ] as const) {
    const key = concatBytes(publicKey.subarray(0, 1_149), Uint8Array.from(three), publicKey.subarray(1_152));
    assert.equal(xWing.isPublicKey(key), expected);
    assert.equal(encapsulates(xWing, key), expected);
  }
});

test("points of low order are none, with and without the bit that X25519 ignores", () => {
  const hybrid = xWing.generateKeyPair(systemRandom).publicKey;
  for (const point of lowOrderPoints) {
    for (const topBit of [0, 0x80]) {
      const key = point.slice();
      key[31] = (key[31] ?? 0) | topBit;
      assert.ok(!x25519HkdfSha256.isPublicKey(key) && !encapsulates(x25519HkdfSha256, key));
      const wing = concatBytes(hybrid.subarray(0, 1_184), key);
      assert.ok(!xWing.isPublicKey(wing) && !encapsulates(xWing, wing));
    }
  }
});

test("X25519 takes all other keys of 32 bytes, and none of another length", () => {
  fc.assert(fc.property(bytes(32), (key) => x25519HkdfSha256.isPublicKey(key) === encapsulates(x25519HkdfSha256, key)));
  for (const kem of [x25519HkdfSha256, xWing]) {
    for (const length of [0, kem.publicKeyBytes - 1, kem.publicKeyBytes + 1]) {
      assert.ok(!kem.isPublicKey(new Uint8Array(length).fill(9)));
    }
  }
});
