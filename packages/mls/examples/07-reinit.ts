/** 7. Reinit: the group ends, and the same people go on in a new one, here with the classical suite. */
import assert from "node:assert/strict";
import {
  classicalSuite,
  commit,
  createKeyPackage,
  encrypt,
  epochAuthenticator,
  joinByWelcome,
  processMessage,
  reinitialise,
} from "../src/index.ts";
import { alice, now, random } from "./01-create.ts";
import { bob } from "./02-invite.ts";
import { aliceState as aliceBefore, bobState as bobBefore } from "./06-resync.ts";

const reinit = { groupId: random(16), version: 1, cipherSuite: classicalSuite.id, extensions: [] };
const ended = commit(aliceBefore, { proposals: [{ kind: "reinit", reinit }], wire: "public", now, random });
assert(ended.kind === "committed");
const bobEnded = processMessage(bobBefore, ended.message);
assert(bobEnded.kind === "commit");
assert.equal(encrypt(bobEnded.state, { data: new Uint8Array(0), random }).kind, "refused");

// Everybody brings a KeyPackage of the new suite; a resumption PSK proves that they come from the old group.
const lifetime = { notBefore: now - 3_600n, notAfter: now + 86_400n };
const own = createKeyPackage({ ...bob, suite: classicalSuite, lifetime, random });
const founded = reinitialise(ended.next, { ...alice, keyPackages: [own.keyPackage], now, random });
assert(founded.kind === "committed" && founded.welcome !== undefined);
const joined = joinByWelcome({
  welcome: founded.welcome,
  keyPackage: own.keyPackage,
  secrets: own.secrets,
  signaturePrivateKey: bob.signatureKeyPair.privateKey,
  previous: bobEnded.state,
});
assert(joined.kind === "joined");
assert.deepEqual(epochAuthenticator(founded.next), epochAuthenticator(joined.state));
