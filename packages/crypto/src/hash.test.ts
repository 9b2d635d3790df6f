import assert from "node:assert/strict";
import { test } from "node:test";
import { expand, extract } from "@noble/hashes/hkdf.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 as nobleSha256, sha512 as nobleSha512 } from "@noble/hashes/sha2.js";
import { concatBytes, fromHex, toHex, toUtf8 } from "@quicprochat/bytes";
import fc from "fast-check";
import { hkdfExpand, hkdfExtract, hmacSha256, kdf, sha256, sha512 } from "./index.ts";

const bytes = fc.uint8Array({ maxLength: 200 });

/** RFC 5869 appendix A: the cases with SHA-256. */
const rfc5869 = [
  {
    ikm: "0b".repeat(22),
    salt: "000102030405060708090a0b0c",
    info: "f0f1f2f3f4f5f6f7f8f9",
    prk: "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5",
    okm: "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
  },
  {
    ikm: series(0x00, 80),
    salt: series(0x60, 80),
    info: series(0xb0, 80),
    prk: "06a6b88c5853361a06104c9ceb35b45cef760014904671014a193f40c15fc244",
    okm: "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87",
  },
  {
    ikm: "0b".repeat(22),
    salt: "",
    info: "",
    prk: "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04",
    okm: "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
  },
];

function series(first: number, count: number): string {
  return toHex(Uint8Array.from({ length: count }, (_, index) => first + index));
}

test("HKDF yields the values of RFC 5869 appendix A.1 to A.3", () => {
  for (const { ikm, salt, info, prk, okm } of rfc5869) {
    assert.equal(toHex(hkdfExtract(fromHex(salt), fromHex(ikm))), prk);
    assert.equal(toHex(hkdfExpand(fromHex(prk), fromHex(info), okm.length / 2)), okm);
  }
});

test("hashes, HMAC and HKDF agree with an independent implementation, in one part or in many", () => {
  fc.assert(
    fc.property(fc.array(bytes, { maxLength: 4 }), bytes, fc.nat(300), (parts, key, length) => {
      const whole = concatBytes(...parts);
      assert.deepEqual(sha256(...parts), nobleSha256(whole));
      assert.deepEqual(sha512(...parts), nobleSha512(whole));
      assert.deepEqual(hmacSha256(key, ...parts), hmac(nobleSha256, key, whole));
      assert.deepEqual(hkdfExtract(key, whole), extract(nobleSha256, whole, key));
      const prk = sha256(key);
      assert.deepEqual(hkdfExpand(prk, whole, length), expand(nobleSha256, prk, whole, length));
    }),
  );
});

test("HKDF-Expand stops at 255 blocks", () => {
  assert.equal(hkdfExpand(new Uint8Array(32), new Uint8Array(0), 8_160).length, 8_160);
  assert.throws(() => hkdfExpand(new Uint8Array(32), new Uint8Array(0), 8_161), RangeError);
});

test("the protocol's KDF is HKDF-Expand over its prefix, the label, a zero byte and the context", () => {
  const secret = fromHex("0f".repeat(32));
  const info = concatBytes(toUtf8("qpc1 cell key"), Uint8Array.of(0), Uint8Array.of(1, 2));
  assert.deepEqual(kdf(secret, "cell key", Uint8Array.of(1, 2)), expand(nobleSha256, secret, info, 32));
});

test("no label of the KDF continues another one", () => {
  const secret = new Uint8Array(32);
  assert.notDeepEqual(kdf(secret, "cell", toUtf8(" key")), kdf(secret, "cell key", new Uint8Array(0)));
});
