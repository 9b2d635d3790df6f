import assert from "node:assert/strict";
import { test } from "node:test";
import { x25519 as nobleX25519 } from "@noble/curves/ed25519.js";
import { fromHex, toHex } from "@quicprochat/bytes";
import fc from "fast-check";
import { lowOrderPoints } from "../test/low-order-points.ts";
import {
  type HpkeSuite,
  hpkeOpen,
  hpkeSeal,
  hpkeSetupExportReceiver,
  hpkeSetupExportSender,
  KemError,
  systemRandom,
  x25519HkdfSha256,
  xWing,
} from "./index.ts";

type Vector = {
  readonly name: string;
  readonly suite: HpkeSuite;
  readonly ikmE: string;
  readonly skEm: string;
  readonly enc: string;
  readonly ikmR: string;
  readonly skRm: string;
  readonly pkRm: string;
  readonly sharedSecret: string;
  readonly ciphertext: string;
  /** Of the contexts "", 00 and "TestContext", 32 bytes each. */
  readonly exports: readonly string[];
};

const info = fromHex("4f6465206f6e2061204772656369616e2055726e");
const plaintext = fromHex("4265617574792069732074727574682c20747275746820626561757479");
const aad = fromHex("436f756e742d30");
const exporterContexts = ["", "00", "54657374436f6e74657874"].map(fromHex);

/** RFC 9180 appendix A.1.1 and A.2.1: base mode, the first encryption, the exported values. */
const vectors: readonly Vector[] = [
  {
    name: "A.1.1, AES-128-GCM",
    suite: { kem: x25519HkdfSha256, aead: "aes-128-gcm" },
    ikmE: "7268600d403fce431561aef583ee1613527cff655c1343f29812e66706df3234",
    skEm: "52c4a758a802cd8b936eceea314432798d5baf2d7e9235dc084ab1b9cfa2f736",
    enc: "37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431",
    ikmR: "6db9df30aa07dd42ee5e8181afdb977e538f5e1fec8a06223f33f7013e525037",
    skRm: "4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8",
    pkRm: "3948cfe0ad1ddb695d780e59077195da6c56506b027329794ab02bca80815c4d",
    sharedSecret: "fe0e18c9f024ce43799ae393c7e8fe8fce9d218875e8227b0187c04e7d2ea1fc",
    ciphertext: "f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a96d8770ac83d07bea87e13c512a",
    exports: [
      "3853fe2b4035195a573ffc53856e77058e15d9ea064de3e59f4961d0095250ee",
      "2e8f0b54673c7029649d4eb9d5e33bf1872cf76d623ff164ac185da9e88c21a5",
      "e9e43065102c3836401bed8c3c3c75ae46be1639869391d62c61f1ec7af54931",
    ],
  },
  {
    name: "A.2.1, ChaCha20-Poly1305",
    suite: { kem: x25519HkdfSha256, aead: "chacha20-poly1305" },
    ikmE: "909a9b35d3dc4713a5e72a4da274b55d3d3821a37e5d099e74a647db583a904b",
    skEm: "f4ec9b33b792c372c1d2c2063507b684ef925b8c75a42dbcbf57d63ccd381600",
    enc: "1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a",
    ikmR: "1ac01f181fdf9f352797655161c58b75c656a6cc2716dcb66372da835542e1df",
    skRm: "8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb",
    pkRm: "4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a",
    sharedSecret: "0bbe78490412b4bbea4812666f7916932b828bba79942424abb65244930d69a7",
    ciphertext: "1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a28",
    exports: [
      "4bbd6243b8bb54cec311fac9df81841b6fd61f56538a775e7c80a9f40160606e",
      "8c1df14732580e5501b00f82b10a1647b40713191b7c1240ac80e2b68808ba69",
      "5acb09211139c43b3090489a9da433e8a30ee7188ba8b0a9a1ccf0c229283e53",
    ],
  },
];

for (const vector of vectors) {
  const { suite } = vector;
  const random = (): Uint8Array => fromHex(vector.ikmE);

  test(`RFC 9180 ${vector.name}: key pairs are derived as printed there`, () => {
    const receiver = suite.kem.deriveKeyPair(fromHex(vector.ikmR));
    assert.deepEqual([toHex(receiver.privateKey), toHex(receiver.publicKey)], [vector.skRm, vector.pkRm]);
    const ephemeral = suite.kem.generateKeyPair(random);
    assert.deepEqual([toHex(ephemeral.privateKey), toHex(ephemeral.publicKey)], [vector.skEm, vector.enc]);
  });

  test(`RFC 9180 ${vector.name}: both ends share the secret printed there`, () => {
    const { sharedSecret, enc } = suite.kem.encapsulate(fromHex(vector.pkRm), random);
    assert.deepEqual([toHex(sharedSecret), toHex(enc)], [vector.sharedSecret, vector.enc]);
    assert.equal(toHex(suite.kem.decapsulate(enc, fromHex(vector.skRm))), vector.sharedSecret);
  });

  test(`RFC 9180 ${vector.name}: the message seals and opens as printed there`, () => {
    const { enc, ciphertext } = hpkeSeal(suite, { publicKey: fromHex(vector.pkRm), info, random, aad, plaintext });
    assert.deepEqual([toHex(enc), toHex(ciphertext)], [vector.enc, vector.ciphertext]);
    assert.deepEqual(hpkeOpen(suite, { privateKey: fromHex(vector.skRm), enc, info, aad, ciphertext }), plaintext);
  });

  test(`RFC 9180 ${vector.name}: both ends export the values printed there`, () => {
    for (const [index, exporterContext] of exporterContexts.entries()) {
      const options = { info, exporterContext, length: 32 };
      const { enc, exported } = hpkeSetupExportSender(suite, { publicKey: fromHex(vector.pkRm), random, ...options });
      assert.equal(toHex(exported), vector.exports[index]);
      const received = hpkeSetupExportReceiver(suite, { privateKey: fromHex(vector.skRm), enc, ...options });
      assert.deepEqual(received, exported);
    }
  });
}

const suites: readonly HpkeSuite[] = [
  { kem: x25519HkdfSha256, aead: "aes-128-gcm" },
  { kem: xWing, aead: "chacha20-poly1305" },
];
const bytes = fc.uint8Array({ maxLength: 100 });
const input = fc.record({ suite: fc.constantFrom(...suites), info: bytes, aad: bytes, plaintext: bytes });

test("what was sealed to a key opens with it, and with no other", () => {
  fc.assert(
    fc.property(input, ({ suite, ...message }) => {
      const receiver = suite.kem.generateKeyPair(systemRandom);
      const stranger = suite.kem.generateKeyPair(systemRandom);
      const sealed = hpkeSeal(suite, { ...message, publicKey: receiver.publicKey, random: systemRandom });
      const open = (privateKey: Uint8Array): Uint8Array | undefined =>
        hpkeOpen(suite, { ...sealed, privateKey, info: message.info, aad: message.aad });
      assert.deepEqual(open(receiver.privateKey), message.plaintext);
      assert.equal(open(stranger.privateKey), undefined);
    }),
    { numRuns: 30 },
  );
});

test("a changed encapsulation, ciphertext, info or associated data does not open", () => {
  const changes = fc.constantFrom("enc", "ciphertext", "info", "aad");
  fc.assert(
    fc.property(input, changes, fc.nat(), ({ suite, ...message }, changed, at) => {
      const { privateKey, publicKey } = suite.kem.generateKeyPair(systemRandom);
      const sealed = hpkeSeal(suite, { ...message, publicKey, random: systemRandom });
      const whole = { privateKey, info: message.info, aad: message.aad, ...sealed };
      const field = whole[changed].slice();
      if (field.length === 0) return;
      // The top bit of an X25519 coordinate means nothing: RFC 7748 section 5.
      const bit = changed === "enc" && at % field.length === field.length - 1 ? 0 : at % 8;
      field[at % field.length] = (field[at % field.length] ?? 0) ^ (1 << bit);
      assert.equal(hpkeOpen(suite, { ...whole, [changed]: field }), undefined);
    }),
    { numRuns: 60 },
  );
});

test("random encapsulations and ciphertexts do not open and do not throw", () => {
  fc.assert(
    fc.property(fc.constantFrom(...suites), bytes, bytes, (suite, enc, ciphertext) => {
      const { privateKey } = suite.kem.generateKeyPair(systemRandom);
      assert.equal(hpkeOpen(suite, { privateKey, enc, info, aad, ciphertext }), undefined);
      const exported = hpkeSetupExportReceiver(suite, { privateKey, enc, info, exporterContext: aad, length: 32 });
      if (enc.length !== suite.kem.encBytes) assert.equal(exported, undefined);
    }),
    { numRuns: 60 },
  );
});

test("X25519 key pairs are those of an independent implementation", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (ikm) => {
      const { privateKey, publicKey } = x25519HkdfSha256.deriveKeyPair(ikm);
      assert.deepEqual(publicKey, nobleX25519.getPublicKey(privateKey));
    }),
    { numRuns: 30 },
  );
});

test("points of low order and bytes of another length are a KemError both ways", () => {
  const { privateKey } = x25519HkdfSha256.generateKeyPair(systemRandom);
  for (const point of [...lowOrderPoints, new Uint8Array(0), new Uint8Array(31).fill(9), new Uint8Array(33).fill(9)]) {
    assert.throws(() => x25519HkdfSha256.encapsulate(point, systemRandom), KemError, toHex(point));
    assert.throws(() => x25519HkdfSha256.decapsulate(point, privateKey), KemError, toHex(point));
  }
});
