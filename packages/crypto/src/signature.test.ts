import assert from "node:assert/strict";
import { test } from "node:test";
import { ed25519 } from "@noble/curves/ed25519.js";
import { concatBytes, fromHex, toHex, toUtf8 } from "@quicprochat/bytes";
import fc from "fast-check";
import {
  erase,
  generateSigningKeyPair,
  sign,
  signatureBytes,
  signingKeyBytes,
  signingKeyPairFromSeed,
  signLabelled,
  systemRandom,
  verify,
  verifyLabelled,
} from "./index.ts";

const seed = fc.uint8Array({ minLength: 32, maxLength: 32 });
const message = fc.uint8Array({ maxLength: 200 });

/** RFC 8032 section 7.1, tests 1 to 3. */
const rfc8032 = [
  {
    seed: "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
    publicKey: "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
    message: "",
    signature:
      "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
  },
  {
    seed: "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
    publicKey: "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
    message: "72",
    signature:
      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
  },
  {
    seed: "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
    publicKey: "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
    message: "af82",
    signature:
      "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
  },
];

test("keys and signatures are those of RFC 8032 section 7.1", () => {
  for (const vector of rfc8032) {
    const pair = signingKeyPairFromSeed(fromHex(vector.seed));
    assert.equal(toHex(pair.publicKey), vector.publicKey);
    assert.equal(toHex(sign(pair.privateKey, fromHex(vector.message))), vector.signature);
    assert.ok(verify(pair.publicKey, fromHex(vector.message), fromHex(vector.signature)));
  }
});

test("an independent implementation makes the same keys and signatures", () => {
  fc.assert(
    fc.property(seed, message, (privateKey, text) => {
      const { publicKey } = signingKeyPairFromSeed(privateKey);
      const signature = sign(privateKey, text);
      assert.deepEqual(publicKey, ed25519.getPublicKey(privateKey));
      assert.deepEqual(signature, ed25519.sign(text, privateKey));
      assert.ok(verify(publicKey, text, signature));
    }),
    { numRuns: 30 },
  );
});

test("a changed message, key or signature does not verify", () => {
  fc.assert(
    fc.property(seed, message, fc.nat(), (privateKey, text, at) => {
      const { publicKey } = signingKeyPairFromSeed(privateKey);
      const signature = sign(privateKey, text);
      const flipped = (bytes: Uint8Array): Uint8Array =>
        bytes.map((byte, index) => (index === at % bytes.length ? byte ^ (1 << (at % 8)) : byte));
      assert.ok(!verify(publicKey, concatBytes(text, Uint8Array.of(0)), signature));
      if (text.length > 0) assert.ok(!verify(publicKey, flipped(text), signature));
      assert.ok(!verify(publicKey, text, flipped(signature)));
      assert.ok(!verify(flipped(publicKey), text, signature));
    }),
  );
});

test("bytes that are no key or no signature are false, never an error", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), fc.uint8Array({ maxLength: 70 }), (key, signature) => {
      assert.equal(verify(key, new Uint8Array(0), signature), false);
      const padded = new Uint8Array(signatureBytes);
      padded.set(signature.subarray(0, signatureBytes));
      assert.equal(verify(key, new Uint8Array(3), padded), false);
    }),
  );
});

test("a signature whose scalar was shifted by the group order is refused", () => {
  const order = 2n ** 252n + 27742317777372353535851937790883648493n;
  const pair = generateSigningKeyPair(systemRandom);
  const signature = sign(pair.privateKey, toUtf8("x"));
  const scalar = BigInt(`0x${toHex(signature.slice(32).toReversed())}`) + order;
  const shifted = fromHex(scalar.toString(16).padStart(64, "0")).toReversed();
  assert.ok(!verify(pair.publicKey, toUtf8("x"), concatBytes(signature.slice(0, 32), shifted)));
});

test("a signature under one label is none under another", () => {
  const { publicKey, privateKey } = generateSigningKeyPair(systemRandom);
  const signature = signLabelled(privateKey, "slot", toUtf8("body"));
  assert.ok(verifyLabelled(publicKey, "slot", toUtf8("body"), signature));
  assert.ok(!verifyLabelled(publicKey, "receipt", toUtf8("body"), signature));
  assert.ok(!verifyLabelled(publicKey, "slo", toUtf8("tbody"), signature));
  assert.ok(verify(publicKey, toUtf8("qpc1 slot\0body"), signature));
});

test("an erased private key does not go on signing", () => {
  const { publicKey, privateKey } = generateSigningKeyPair(systemRandom);
  assert.equal(privateKey.length, signingKeyBytes);
  sign(privateKey, toUtf8("before"));
  erase(privateKey);
  assert.ok(!verify(publicKey, toUtf8("after"), sign(privateKey, toUtf8("after"))));
});

test("a public key is known by its bytes: other bytes in the same array are another key", () => {
  const one = generateSigningKeyPair(systemRandom);
  const other = generateSigningKeyPair(systemRandom);
  const signature = sign(other.privateKey, toUtf8("x"));
  const key = one.publicKey.slice();
  assert.ok(!verify(key, toUtf8("x"), signature));
  key.set(other.publicKey);
  assert.ok(verify(key, toUtf8("x"), signature));
});
