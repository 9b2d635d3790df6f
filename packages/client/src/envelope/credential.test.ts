import assert from "node:assert/strict";
import { test } from "node:test";
import { DecodeError } from "@quicprochat/bytes";
import { systemRandom as random } from "@quicprochat/crypto";
import fc from "fast-check";
import { someone } from "../../test/someone.ts";
import { decodeCredential, encodeCredential, verifyCredential } from "./credential.ts";

const serverId = random(32);
const alice = someone("alice", serverId);

test("a credential is read as it was written, and its chain holds for its leaf key", () => {
  const read = decodeCredential(alice.credentialBytes);
  assert.deepEqual(read, alice.credential);
  assert.deepEqual(encodeCredential(read), alice.credentialBytes);
  assert.equal(verifyCredential(read, alice.leafKeyPair.publicKey), true);
});

test("the chain breaks with any of its links", () => {
  const { credential, leafKeyPair } = alice;
  const bob = someone("bob", serverId).credential;
  const { identity } = credential;
  const changed = {
    "another leaf key": [credential, random(32)],
    "another server": [{ ...credential, serverId: random(32) }, leafKeyPair.publicKey],
    "another name": [{ ...credential, username: "bob" }, leafKeyPair.publicKey],
    "another device": [{ ...credential, deviceId: random(16) }, leafKeyPair.publicKey],
    "another session key": [{ ...credential, sessionKey: random(32) }, leafKeyPair.publicKey],
    "another root": [
      { ...credential, identity: { ...identity, rootKey: bob.identity.rootKey } },
      leafKeyPair.publicKey,
    ],
    "another identity": [{ ...credential, identity: bob.identity }, leafKeyPair.publicKey],
    "another version": [{ ...credential, identity: { ...identity, version: 2 } }, leafKeyPair.publicKey],
  } as const;
  for (const [name, [one, leafKey]] of Object.entries(changed)) {
    assert.equal(verifyCredential(one, leafKey), false, name);
    assert.deepEqual(decodeCredential(encodeCredential(one)), one, name);
  }
});

test("every cut, and every byte behind it, is refused", () => {
  const { credentialBytes } = alice;
  for (let length = 0; length < credentialBytes.length; length++) {
    assert.throws(() => decodeCredential(credentialBytes.subarray(0, length)), DecodeError);
  }
  assert.throws(() => decodeCredential(Buffer.concat([credentialBytes, Uint8Array.of(0)])), DecodeError);
});

test("a name that is none, or is not UTF-8, is refused", () => {
  for (const username of ["", "A", "no such name", "x".repeat(33)]) {
    assert.throws(() => decodeCredential(encodeCredential({ ...alice.credential, username })), DecodeError);
  }
});

test("random bytes throw nothing but DecodeError, and what is read is written the same", () => {
  const mutated = fc
    .tuple(fc.nat({ max: alice.credentialBytes.length - 1 }), fc.nat({ max: 255 }))
    .map(([at, byte]) => {
      const bytes = alice.credentialBytes.slice();
      bytes[at] = byte;
      return bytes;
    });
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 400 }), mutated), (bytes) => {
      try {
        assert.deepEqual(encodeCredential(decodeCredential(bytes)), bytes);
      } catch (error) {
        assert.ok(error instanceof DecodeError, String(error));
      }
    }),
  );
});
