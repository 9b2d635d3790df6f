import assert from "node:assert/strict";
import { test } from "node:test";
import { gcm } from "@noble/ciphers/aes.js";
import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { fromHex, toHex, toUtf8 } from "@quicprochat/bytes";
import fc from "fast-check";
import { type AeadAlgorithm, aeadKeyBytes, aeadNonceBytes, aeadOpen, aeadSeal, aeadTagBytes } from "./index.ts";

const algorithms: readonly AeadAlgorithm[] = ["aes-128-gcm", "chacha20-poly1305"];
const peers = { "aes-128-gcm": gcm, "chacha20-poly1305": chacha20poly1305 };

const exactly = (length: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: length, maxLength: length });
const input = fc.constantFrom(...algorithms).chain((algorithm) =>
  fc.record({
    algorithm: fc.constant(algorithm),
    key: exactly(aeadKeyBytes[algorithm]),
    nonce: exactly(aeadNonceBytes),
    aad: fc.uint8Array({ maxLength: 50 }),
    plaintext: fc.uint8Array({ maxLength: 300 }),
  }),
);

test("the example of RFC 8439 section 2.8.2 seals as printed there", () => {
  const sealed = aeadSeal({
    algorithm: "chacha20-poly1305",
    key: fromHex("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f"),
    nonce: fromHex("070000004041424344454647"),
    aad: fromHex("50515253c0c1c2c3c4c5c6c7"),
    plaintext: toUtf8(
      "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be it.",
    ),
  });
  assert.equal(toHex(sealed.slice(-aeadTagBytes)), "1ae10b594f09e26a7e902ecbd0600691");
  assert.equal(toHex(sealed.slice(0, 16)), "d31a8d34648e60db7b86afbc53ef7ec2");
});

test("test case 4 of the GCM specification seals as printed there", () => {
  const sealed = aeadSeal({
    algorithm: "aes-128-gcm",
    key: fromHex("feffe9928665731c6d6a8f9467308308"),
    nonce: fromHex("cafebabefacedbaddecaf888"),
    aad: fromHex("feedfacedeadbeeffeedfacedeadbeefabaddad2"),
    plaintext: fromHex(
      "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
    ),
  });
  assert.equal(toHex(sealed.slice(-aeadTagBytes)), "5bc94fbc3221a5db94fae95ae7121a47");
  assert.equal(toHex(sealed.slice(0, 16)), "42831ec2217774244b7221b784d0d49c");
});

test("an independent implementation seals the same bytes, and each opens what the other sealed", () => {
  fc.assert(
    fc.property(input, (options) => {
      const { algorithm, key, nonce, aad, plaintext } = options;
      const sealed = aeadSeal(options);
      const peer = (): ReturnType<typeof gcm> => peers[algorithm](key, nonce, aad);
      assert.deepEqual(sealed, peer().encrypt(plaintext));
      assert.deepEqual(aeadOpen({ ...options, ciphertext: sealed }), plaintext);
      assert.deepEqual(peer().decrypt(sealed), plaintext);
    }),
  );
});

test("whatever was changed on the way, nothing opens", () => {
  fc.assert(
    fc.property(input, fc.constantFrom("key", "nonce", "aad", "ciphertext"), fc.nat(), (options, changed, at) => {
      const whole = { ...options, ciphertext: aeadSeal(options) };
      const field = whole[changed].slice();
      if (field.length === 0) return;
      field[at % field.length] = (field[at % field.length] ?? 0) ^ (1 << (at % 8));
      assert.equal(aeadOpen({ ...whole, [changed]: field }), undefined);
    }),
  );
});

test("cut and random ciphertexts do not open, however short", () => {
  fc.assert(
    fc.property(input, fc.uint8Array({ maxLength: 40 }), fc.nat(), (options, random, cut) => {
      const sealed = aeadSeal(options);
      assert.equal(aeadOpen({ ...options, ciphertext: sealed.slice(0, cut % sealed.length) }), undefined);
      assert.equal(aeadOpen({ ...options, ciphertext: random }), undefined);
    }),
  );
});
