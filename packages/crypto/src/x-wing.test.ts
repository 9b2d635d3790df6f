import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { XWing } from "@noble/post-quantum/hybrid.js";
import { concatBytes, fromHex, toHex } from "@quicprochat/bytes";
import fc from "fast-check";
import { vectors } from "../../../scripts/needs.ts";
import { erase, KemError, systemRandom, xWing } from "./index.ts";

const folder = vectors("hpke");
const seed = fc.uint8Array({ minLength: 32, maxLength: 32 });
const runs = { numRuns: 20 };

type Vector = Readonly<Record<"seed" | "pk" | "sk" | "ct" | "ss", string>>;

function readVectors(): readonly Vector[] {
  const parsed: unknown = JSON.parse(readFileSync(`${folder}/xwing-mlkem768x25519.json`, "utf8"));
  assert.ok(Array.isArray(parsed) && parsed.length > 0);
  return parsed.map((one: unknown) => {
    assert.ok(typeof one === "object" && one !== null);
    const field = (name: keyof Vector): string => String(Reflect.get(one, name));
    return { seed: field("seed"), pk: field("pk"), sk: field("sk"), ct: field("ct"), ss: field("ss") };
  });
}

test("keys and shared secrets are those of the X-Wing vectors", {
  skip: folder === undefined && "the vectors are not here",
}, () => {
  for (const vector of readVectors()) {
    const { publicKey, privateKey } = xWing.generateKeyPair(() => fromHex(vector.seed));
    assert.deepEqual([toHex(publicKey), toHex(privateKey)], [vector.pk, vector.sk]);
    assert.equal(toHex(xWing.decapsulate(fromHex(vector.ct), fromHex(vector.sk))), vector.ss);
  }
});

test("an independent implementation makes the same keys, opens ours, and we open its", () => {
  fc.assert(
    fc.property(seed, (secret) => {
      const { publicKey, privateKey } = xWing.generateKeyPair(() => secret.slice());
      assert.deepEqual(publicKey, XWing.keygen(secret).publicKey);
      const ours = xWing.encapsulate(publicKey, systemRandom);
      assert.deepEqual(XWing.decapsulate(ours.enc, secret), ours.sharedSecret);
      // It erases the key that it was given.
      const theirs = XWing.encapsulate(publicKey.slice());
      assert.deepEqual(xWing.decapsulate(theirs.cipherText, privateKey), theirs.sharedSecret);
    }),
    runs,
  );
});

test("both parts count: with either half of an encapsulation changed the secret is another one", () => {
  fc.assert(
    fc.property(fc.nat(xWing.encBytes - 1), fc.nat(6), (at, bit) => {
      const { publicKey, privateKey } = xWing.generateKeyPair(systemRandom);
      const { enc, sharedSecret } = xWing.encapsulate(publicKey, systemRandom);
      enc[at] = (enc[at] ?? 0) ^ (1 << bit);
      assert.notDeepEqual(xWing.decapsulate(enc, privateKey), sharedSecret);
    }),
    runs,
  );
});

test("keys and encapsulations of another length are a KemError", () => {
  const { publicKey, privateKey } = xWing.generateKeyPair(systemRandom);
  const { enc } = xWing.encapsulate(publicKey, systemRandom);
  assert.deepEqual([publicKey.length, enc.length], [1_216, 1_120]);
  for (const bytes of [new Uint8Array(0), publicKey.slice(1), concatBytes(publicKey, Uint8Array.of(0))]) {
    assert.throws(() => xWing.encapsulate(bytes, systemRandom), KemError);
  }
  for (const bytes of [new Uint8Array(0), enc.slice(1), concatBytes(enc, Uint8Array.of(0))]) {
    assert.throws(() => xWing.decapsulate(bytes, privateKey), KemError);
  }
  assert.throws(() => xWing.decapsulate(enc, privateKey.slice(1)), KemError);
});

test("a public key whose ML-KEM part fails FIPS 203's check, or whose X25519 part has low order, is a KemError", () => {
  const { publicKey } = xWing.generateKeyPair(systemRandom);
  // Coefficients of 4,095 are not below the modulus.
  const outOfRange = publicKey.slice().fill(0xff, 0, 1_152);
  assert.throws(() => xWing.encapsulate(outOfRange, systemRandom), KemError);
  const lowOrder = publicKey.slice().fill(0, 1_184);
  assert.throws(() => xWing.encapsulate(lowOrder, systemRandom), KemError);
});

test("an encapsulation whose X25519 part has low order is a KemError", () => {
  const { publicKey, privateKey } = xWing.generateKeyPair(systemRandom);
  const { enc } = xWing.encapsulate(publicKey, systemRandom);
  assert.throws(() => xWing.decapsulate(enc.fill(0, 1_088), privateKey), KemError);
});

test("HPKE's key derivation is SHAKE256 of the input, as the draft has it", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 64 }), (ikm) => {
      const { publicKey, privateKey } = xWing.deriveKeyPair(ikm);
      assert.equal(privateKey.length, xWing.privateKeyBytes);
      assert.deepEqual(publicKey, XWing.keygen(privateKey).publicKey);
      assert.deepEqual(xWing.deriveKeyPair(ikm.slice()).privateKey, privateKey);
    }),
    runs,
  );
});

test("a public key that its holder overwrote does not spoil the key pair", () => {
  const { publicKey, privateKey } = xWing.generateKeyPair(systemRandom);
  const { enc, sharedSecret } = xWing.encapsulate(publicKey, systemRandom);
  erase(publicKey);
  assert.deepEqual(xWing.decapsulate(enc, privateKey), sharedSecret);
});

test("an erased seed does not go on opening", () => {
  const { publicKey, privateKey } = xWing.generateKeyPair(systemRandom);
  const { enc, sharedSecret } = xWing.encapsulate(publicKey, systemRandom);
  assert.deepEqual(xWing.decapsulate(enc, privateKey), sharedSecret);
  erase(privateKey);
  assert.notDeepEqual(xWing.decapsulate(enc, privateKey), sharedSecret);
});
