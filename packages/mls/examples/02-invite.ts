/** 2. Invite: Bob publishes a KeyPackage, Alice commits an Add, Bob joins by the Welcome. */
import assert from "node:assert/strict";
import {
  commit,
  createKeyPackage,
  decodeMlsMessage,
  epochAuthenticator,
  eraseKeyPackageSecrets,
  joinByWelcome,
  validateKeyPackage,
} from "../src/index.ts";
import { alice, aliceState as aliceAlone, now, person, random, suite } from "./01-create.ts";

export const bob = person("bob");

// Bob keeps the secrets and publishes the message.
const day = 86_400n;
const published = createKeyPackage({
  ...bob,
  lifetime: { notBefore: now - 3_600n, notAfter: now + 30n * day },
  random,
});

// Alice fetches it. Whether the credential is really Bob's is her application's to judge; the rest is judged here.
const fetched = decodeMlsMessage(published.message);
assert(fetched.kind === "key-package");
const { keyPackage } = fetched;
assert.equal(validateKeyPackage(keyPackage, { suite, now }), undefined);

const added = commit(aliceAlone, { proposals: [{ kind: "add", keyPackage }], wire: "public", now, random });
assert(added.kind === "committed" && added.welcome !== undefined);

// Alice stays on her former state until the delivery service took her commit; then she adopts the next one.
export const aliceState = added.next;

const joined = joinByWelcome({
  welcome: added.welcome,
  keyPackage: published.keyPackage,
  secrets: published.secrets,
  signaturePrivateKey: bob.signatureKeyPair.privateKey,
});
assert(joined.kind === "joined");
eraseKeyPackageSecrets(published.secrets);
export const bobState = joined.state;

assert.deepEqual(epochAuthenticator(aliceState), epochAuthenticator(bobState));
assert.notEqual(alice, bob);
