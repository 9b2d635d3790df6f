import assert from "node:assert/strict";
import { test } from "node:test";
import { concatBytes, encodeWith, toUtf8 } from "@quicprochat/bytes";
import { hpkeSeal, hpkeSealFor, systemRandom as random, sha256, signLabelled, xWing } from "@quicprochat/crypto";
import { someone } from "../../test/someone.ts";
import { openDoorCell, sealDoorCell } from "./door-cell.ts";
import { pad } from "./sealed.ts";

const serverId = random(32);
const alice = someone("alice", serverId);
const init = xWing.generateKeyPair(random);
const reference = random(32);
const address = random(32);
const own = { address, reference, initPrivateKey: init.privateKey };
const to = { address, reference, initKey: init.publicKey };
const from = { credential: alice.credentialBytes, leafKeyPair: alice.leafKeyPair };

const sealed = (payload: Uint8Array): Uint8Array => {
  const cell = sealDoorCell({ kind: "welcome", payload, to, from, random });
  assert.ok(cell !== undefined);
  return cell;
};

test("what is sealed to a KeyPackage is opened with its init key, and says who sent it", () => {
  for (const kind of ["welcome", "resync-request", "contact-request"] as const) {
    const payload = random(500);
    const cell = sealDoorCell({ kind, payload, to, from, random });
    assert.deepEqual(openDoorCell(cell ?? random(0), own), {
      kind,
      payload,
      credential: alice.credential,
      credentialBytes: alice.credentialBytes,
      leafKey: alice.leafKeyPair.publicKey,
    });
  }
});

test("a door cell has one of the sizes from 4,096 on, and says when nothing fits", () => {
  assert.equal(sealed(new Uint8Array(0)).length, 4_096);
  assert.equal(sealed(random(4_000)).length, 16_384);
  assert.equal(sealed(random(60_000)).length, 65_536);
  assert.equal(sealDoorCell({ kind: "welcome", payload: random(65_000), to, from, random }), undefined);
  const nobody = { ...to, initKey: random(32) };
  assert.equal(sealDoorCell({ kind: "welcome", payload: random(1), to: nobody, from, random }), undefined);
});

test("it opens for its own KeyPackage and door only", () => {
  const cell = sealed(random(100));
  assert.ok(openDoorCell(cell, own) !== undefined);
  assert.equal(openDoorCell(cell, { ...own, address: random(32) }), undefined);
  assert.equal(openDoorCell(cell, { ...own, reference: random(32) }), undefined);
  assert.equal(openDoorCell(cell, { ...own, initPrivateKey: random(32) }), undefined);
});

test("a changed byte anywhere closes it", () => {
  const cell = sealed(random(100));
  for (let at = 0; at < cell.length; at += 37) {
    const changed = cell.slice();
    changed[at] = (changed[at] ?? 0) ^ 1;
    assert.equal(openDoorCell(changed, own), undefined, `byte ${at}`);
  }
});

const hpke = { kem: xWing, aead: "chacha20-poly1305" } as const;
const info = concatBytes(toUtf8("qpc1 door\0"), reference);

type Parts = { readonly signedEnc?: Uint8Array; readonly signedPayload?: Uint8Array; readonly kind?: number };

/** As `sealDoorCell` does by docs/protocol.md, but for what is said. */
function forged({ signedEnc, signedPayload, kind = 1 }: Parts): Uint8Array {
  const payload = toUtf8("payload");
  const { enc, ciphertext } = hpkeSealFor(hpke, {
    publicKey: init.publicKey,
    info,
    aad: address,
    random,
    plaintextFor: (actual) => {
      const body = concatBytes(reference, address, signedEnc ?? actual, sha256(signedPayload ?? payload));
      const signature = signLabelled(alice.leafKeyPair.privateKey, "door", body);
      return pad({ kind, body: bodyOf(alice, signature, payload) }, 4_096 - 1_120 - 16);
    },
  });
  return concatBytes(enc, ciphertext);
}

const bodyOf = ({ credentialBytes, leafKeyPair }: typeof alice, signature: Uint8Array, payload: Uint8Array) =>
  encodeWith((writer) =>
    writer.vector32(credentialBytes).fixed(leafKeyPair.publicKey).fixed(signature).vector32(payload),
  );

test("the signature covers encapsulation and payload: a recipient cannot pass it on", () => {
  assert.ok(openDoorCell(forged({}), own) !== undefined);
  assert.equal(openDoorCell(forged({ signedEnc: random(1_120) }), own), undefined);
  assert.equal(openDoorCell(forged({ signedPayload: random(7) }), own), undefined);
  assert.equal(openDoorCell(forged({ kind: 9 }), own), undefined);
});

test("a chain that does not lead to the leaf key is nobody's", () => {
  const leafKeyPair = someone("mallory", serverId).leafKeyPair;
  const cell = sealDoorCell({ kind: "welcome", payload: random(10), to, from: { ...from, leafKeyPair }, random });
  assert.equal(openDoorCell(cell ?? random(0), own), undefined);
});

test("what is no body, and cells of other sizes, never throw", () => {
  for (let round = 0; round < 50; round++) {
    const plaintext = pad({ kind: 1, body: random(round) }, 4_096 - 1_120 - 16);
    const { enc, ciphertext } = hpkeSeal(hpke, { publicKey: init.publicKey, info, aad: address, random, plaintext });
    assert.equal(openDoorCell(concatBytes(enc, ciphertext), own), undefined);
  }
  for (const size of [0, 1_024, 1_120, 4_095, 4_096, 65_536]) assert.equal(openDoorCell(random(size), own), undefined);
});
