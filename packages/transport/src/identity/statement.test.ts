import assert from "node:assert/strict";
import { test } from "node:test";
import { concatBytes, DecodeError } from "@quicprochat/bytes";
import { signLabelled, systemRandom } from "@quicprochat/crypto";
import fc from "fast-check";
import { limits } from "../limits.ts";
import { tlsKeyHash } from "./certificate.ts";
import { createServerIdentity, rotateServerIdentity, type ServerIdentity } from "./server-identity.ts";
import { decodeSignedStatement, encodeStatement, type Statement, signStatement } from "./statement.ts";
import { type ServerPin, type StatementRefusal, verifyStatement } from "./verify-statement.ts";

const random = systemRandom;
const now = 1_800_000_000_000;
const first = createServerIdentity({ random });
const second = rotateServerIdentity(first, { random });
const third = rotateServerIdentity(second, { random });

type Case = { readonly identity?: ServerIdentity; readonly pin?: ServerPin | null; readonly at?: number };

function verify({ identity = third, pin = null, at = now }: Case, change: Partial<Statement> = {}) {
  const { statement } = decodeSignedStatement(signStatement(identity, now));
  const body = encodeStatement({ ...statement, ...change });
  const signature = signLabelled(identity.signingKey.privateKey, "server", body);
  const signed = decodeSignedStatement(concatBytes(body, signature));
  return verifyStatement(signed, { pin, tlsKeyHash: tlsKeyHash(identity.tlsKey.publicKey), now: at });
}

function refuses(why: StatementRefusal, one: Case, change: Partial<Statement> = {}): void {
  assert.deepEqual(verify(one, change), { kind: "refused", why });
}

const pinOf = ({ serverId, signingKey, counter }: ServerIdentity): ServerPin => ({
  serverId,
  counterSeen: counter,
  currentKey: signingKey.publicKey,
});

test("a statement reads back as it was written, and writes again the same", () => {
  for (const identity of [first, second, third]) {
    const bytes = signStatement(identity, now);
    const { statement, body, signature } = decodeSignedStatement(bytes);
    assert.deepEqual(statement.serverId, first.serverId);
    assert.deepEqual(statement.rotations, identity.rotations);
    assert.deepEqual(concatBytes(encodeStatement(statement), signature), bytes);
    assert.deepEqual(encodeStatement(statement), new Uint8Array(body));
  }
});

test("first contact, an invite, and every earlier pin lead to the current key", () => {
  const invite = { serverId: first.serverId, counterSeen: 0 };
  for (const pin of [null, invite, pinOf(first), pinOf(second), pinOf(third)]) {
    const verification = verify({ pin });
    assert.ok(verification.kind === "verified");
    assert.deepEqual(verification.server, {
      serverId: first.serverId,
      currentKey: third.signingKey.publicKey,
      statementKey: first.statementKey.publicKey,
      counter: 3,
    });
  }
});

test("a server with another id is refused, however well it signs", () => {
  const foreign = createServerIdentity({ random });
  refuses("other-server", { identity: foreign, pin: pinOf(first) });
});

test("a statement for another TLS key is refused: somebody passes it on", () => {
  refuses("other-tls-key", { pin: pinOf(third) }, { tlsKeyHash: random(32) });
  refuses("other-tls-key", {}, { tlsKeyHash: tlsKeyHash(first.tlsKey.publicKey) });
});

test("a counter lower than the one seen, or than that of the last rotation, is refused", () => {
  refuses("counter-lower", { pin: { ...pinOf(third), counterSeen: 4 } });
  refuses("counter-lower", {}, { counter: 2 });
});

test("a server that is back before a pinned rotation is refused", () => {
  refuses("broken-rotations", { identity: second, pin: pinOf(third) });
});

test("whoever has an old key cannot rotate past the pinned one", () => {
  const thief = rotateServerIdentity(rotateServerIdentity(first, { random }), { random });
  refuses("broken-rotations", { identity: thief, pin: pinOf(third) });
});

test("a broken chain of rotations is refused", () => {
  refuses("broken-rotations", {}, { rotations: third.rotations.slice(1) });
  refuses("broken-rotations", {}, { rotations: third.rotations.map((one) => ({ ...one, signature: random(64) })) });
});

test("a statement that another key has signed is refused", () => {
  const wrongKey = { ...third, signingKey: second.signingKey };
  refuses("bad-signature", { identity: wrongKey });
  refuses("bad-signature", { identity: third }, { rotations: second.rotations, counter: 3 });
});

test("a statement is refused before and after its time", () => {
  refuses("not-yet-valid", { at: now - limits.statementSkewMs - 2_000 });
  refuses("expired", { at: now + limits.statementValidMs + 2_000 });
  assert.equal(verify({ at: now + limits.statementValidMs - 2_000 }).kind, "verified");
});

test("a changed byte anywhere in a statement is refused or is a DecodeError", () => {
  const bytes = signStatement(third, now);
  const key = tlsKeyHash(third.tlsKey.publicKey);
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const mutated = bytes.slice();
      mutated[at] = (mutated[at] ?? 0) ^ change;
      try {
        const verification = verifyStatement(decodeSignedStatement(mutated), { pin: null, tlsKeyHash: key, now });
        assert.equal(verification.kind, "refused");
      } catch (error) {
        assert.ok(error instanceof DecodeError);
      }
    }),
  );
});

test("random and cut bytes are a DecodeError", () => {
  const bytes = signStatement(third, now);
  const cut = fc.nat(bytes.length - 1).map((length) => bytes.subarray(0, length));
  fc.assert(
    fc.property(fc.oneof(cut, fc.uint8Array({ maxLength: 500 })), (input) => {
      assert.throws(() => decodeSignedStatement(input), DecodeError);
    }),
  );
});
