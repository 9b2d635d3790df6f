import assert from "node:assert/strict";
import { test } from "node:test";
import { toUtf8 } from "@quicprochat/bytes";
import {
  classicalSuite,
  commit,
  type Extension,
  extensionType,
  externalSendersExtension,
  groupInfo,
  hybridSuite,
  joinExternally,
  lastResortExtension,
  type Proposal,
  propose,
  type Refused,
  requiredCapabilitiesExtension,
  validateKeyPackage,
} from "../src/index.ts";
import { forgedCommit } from "./forged-commit.ts";
import {
  addOf,
  commitOf,
  committed,
  founded,
  groupOf,
  keyPackageOf,
  lifetime,
  now,
  person,
  pick,
  processed,
  random,
  refusalOf,
} from "./people.ts";

const group = groupOf(["ann", "ben", "cat", "dan"]);
const [ann, ben] = [pick(group.states, 0), pick(group.states, 1)];

const codeOf = (outcome: { readonly kind: string } | Refused): string | undefined =>
  "refusal" in outcome ? outcome.refusal.code : undefined;

const remove = (removed: number): Proposal => ({ kind: "remove", removed });
const context = (...extensions: Extension[]): Proposal => ({ kind: "group-context-extensions", extensions });
const nonce = random(32);
const psk = (bytes = nonce): Proposal => ({ kind: "psk", id: { kind: "external", id: toUtf8("id"), nonce: bytes } });
const reinit = (version = 1): Proposal => ({
  kind: "reinit",
  reinit: { groupId: random(16), version, cipherSuite: 1, extensions: [] },
});
const cat = keyPackageOf(person("eve"));
const updateOfOwn = (): Proposal => {
  const leafNode = ann.fields.tree.leaf(0);
  assert(leafNode !== undefined);
  return { kind: "update", leafNode: { ...leafNode, source: { kind: "update" } } };
};
const resumption = (usage: "reinit" | "branch"): Proposal => ({
  kind: "psk",
  id: { kind: "resumption", usage, groupId: toUtf8("group"), epoch: 1n, nonce },
});

const lists: readonly (readonly [what: string, code: string, proposals: readonly Proposal[], path?: boolean])[] = [
  ["a commit that removes its committer", "remove-committer", [remove(0)]],
  ["a Remove of a leaf that is not there", "remove-blank", [remove(9)]],
  ["two Removes of one leaf", "leaf-changed-twice", [remove(2), remove(2)]],
  ["an ExternalInit by a member", "external-init-in-regular-commit", [{ kind: "external-init", kemOutput: nonce }]],
  ["two proposals of one pre-shared key", "psk-twice", [psk(), psk()]],
  ["a nonce of the wrong length", "psk-nonce", [psk(random(16))]],
  ["a PSK for reinit in an ordinary commit", "psk-usage", [resumption("reinit")]],
  ["a PSK for branch in an ordinary commit", "psk-usage", [resumption("branch")]],
  ["two GroupContextExtensions", "context-extensions-twice", [context(), context()]],
  ["a ReInit beside an Add", "reinit-not-alone", [reinit(), addOf(cat)]],
  ["a ReInit to an older version", "reinit-version", [reinit(0)]],
  [
    "an extension of the GroupContext that does not decode",
    "context-extensions-malformed",
    [context({ type: extensionType.requiredCapabilities, data: Uint8Array.of(9) })],
  ],
  ["an empty commit without path", "path-required", [], false],
  ["a Remove without path", "path-required", [remove(2)], false],
  ["a GroupContextExtensions without path", "path-required", [context()], false],
];

for (const [what, code, proposals, path] of lists) {
  // Nobody could make the new epoch of such a commit, forger or not.
  if (code !== "context-extensions-malformed")
    test(`${what} is refused by every reader as ${code}`, () => {
      const { message } = forgedCommit(ann, { proposals, ...(path === undefined ? {} : { path }) });
      assert.equal(refusalOf(ben, message), `public ${code}`);
    });

  if (path === undefined) {
    test(`${what} is not committed`, () => {
      const psks = (): Uint8Array => nonce;
      assert.equal(codeOf(commit(ann, { proposals, wire: "public", now, random, psks })), code);
    });
  }
}

test("an Update of the committer's own is refused", () => {
  assert.equal(codeOf(commit(ann, { proposals: [updateOfOwn()], wire: "public", now, random })), "update-same-key");
});

const leaves = [
  ["leaf-signature", { extensions: [{ type: extensionType.applicationId, data: nonce }] }],
  ["leaf-extension-unsupported", { extensions: [{ type: 0xf0a1, data: nonce }] }],
  ["leaf-source", { source: { kind: "update" } }],
  ["leaf-version-unsupported", { capabilities: { ...cat.keyPackage.leafNode.capabilities, versions: [] } }],
  ["leaf-suite-unsupported", { capabilities: { ...cat.keyPackage.leafNode.capabilities, cipherSuites: [2] } }],
  ["bad-encryption-key", { encryptionKey: random(31) }],
  // Of low order: nobody could encrypt a path to it, and no commit with one would be possible from then on.
  ["bad-encryption-key", { encryptionKey: new Uint8Array(32) }],
] as const;

for (const [code, change] of leaves) {
  test(`a path whose leaf is at fault is refused as ${code}`, () => {
    const { message } = forgedCommit(ann, { leaf: (leaf) => ({ ...leaf, ...change }) });
    assert.equal(refusalOf(ben, message), `public ${code}`);
  });
}

test("a leaf whose type of credential its capabilities do not list is refused", () => {
  const credential = { kind: "x509", certificates: [nonce] } as const;
  const { capabilities } = cat.keyPackage.leafNode;
  const { keyPackage } = keyPackageOf({ ...person("eve"), credential }, { capabilities });
  assert.equal(validateKeyPackage(keyPackage, { suite: ann.fields.suite, now })?.code, "leaf-credential-unsupported");
  // Listed by itself, but not by the others.
  const supported = keyPackageOf({ ...person("eve"), credential });
  assert.equal(validateKeyPackage(supported.keyPackage, { suite: ann.fields.suite, now }), undefined);
  assert.equal(
    codeOf(commit(ann, { proposals: [addOf(supported)], wire: "public", now, random })),
    "leaf-credential-unsupported",
  );
});

test("an Add that is expired, not yet valid or valid for too long is not committed", () => {
  for (const [notBefore, notAfter] of [
    [now - 900_000n, now - 800_000n],
    [now + 100_000n, now + 200_000n],
    [0n, now * 2n],
  ] as const) {
    const { keyPackage } = keyPackageOf(person("eve"), { lifetime: { notBefore, notAfter } });
    assert.equal(validateKeyPackage(keyPackage, { suite: ann.fields.suite, now })?.code, "leaf-lifetime");
    const proposals = [{ kind: "add", keyPackage } as const];
    assert.equal(codeOf(commit(ann, { proposals, wire: "public", now, random })), "leaf-lifetime");
    assert.equal(codeOf(propose(ann, { kind: "add", keyPackage }, { now, random })), "leaf-lifetime");
    // Readers may see the commit later: without a clock all judge alike.
    processed(ben, forgedCommit(ann, { proposals }).message, "commit");
    assert.equal(
      processed(ben, forgedCommit(ann, { proposals }).message, "refused", { now }).refusal.code,
      "leaf-lifetime",
    );
  }
});

test("a KeyPackage that is badly signed, of another suite or with one key for both is refused", () => {
  const { keyPackage } = cat;
  const { suite } = ann.fields;
  const flipped = keyPackage.signature.with(0, (keyPackage.signature[0] ?? 0) ^ 1);
  assert.equal(
    validateKeyPackage({ ...keyPackage, signature: flipped }, { suite, now })?.code,
    "key-package-signature",
  );
  assert.equal(validateKeyPackage({ ...keyPackage, version: 2 }, { suite, now })?.code, "unsupported-version");
  assert.equal(validateKeyPackage({ ...keyPackage, cipherSuite: 2 }, { suite, now })?.code, "wrong-suite");
  const initKey = keyPackage.leafNode.encryptionKey;
  assert.equal(validateKeyPackage({ ...keyPackage, initKey }, { suite, now })?.code, "key-package-init-key");
  assert.equal(validateKeyPackage(keyPackage, { suite, now }), undefined);
  const { message } = forgedCommit(ann, {
    proposals: [{ kind: "add", keyPackage: { ...keyPackage, signature: flipped } }],
  });
  assert.equal(refusalOf(ben, message), "public key-package-signature");
});

test("nobody is added who is a member already, or twice, unless the former leaf goes", () => {
  const member = pick(group.people, 2);
  const again = addOf(keyPackageOf(member));
  const twice = person("eve");
  for (const proposals of [[again], [addOf(keyPackageOf(twice)), addOf(keyPackageOf(twice))]]) {
    assert.equal(codeOf(commit(ann, { proposals, wire: "public", now, random })), "add-member-twice");
  }
  commitOf(ann, { proposals: [again, remove(2)] });
});

test("required capabilities bind joiners, and cannot be required of members that lack them", () => {
  const required = { extensionTypes: [0xf0a1], proposalTypes: [], credentialTypes: [1] };
  assert.equal(
    codeOf(commit(ann, { proposals: [context(requiredCapabilitiesExtension(required))], wire: "public", now, random })),
    "leaf-required-capabilities",
  );
  const founder = person("founder");
  const leafExtensions = [{ type: 0xf0a1, data: nonce }];
  const able = keyPackageOf(person("able"), { leafExtensions });
  const unable = keyPackageOf(person("unable"));
  const first = founded(founder);
  const strict = commitOf(first, { leafExtensions, capabilities: able.keyPackage.leafNode.capabilities });
  const state = commitOf(strict.next, { proposals: [context(requiredCapabilitiesExtension(required))] }).next;
  commitOf(state, { proposals: [addOf(able)] });
  const refused = commit(state, { proposals: [addOf(unable)], wire: "public", now, random });
  assert.equal(codeOf(refused), "leaf-required-capabilities");
});

test("an outsider's external commit removes nobody but its own former leaf", () => {
  const info = groupInfo(ann, { withTree: true, externalPub: true });
  const mallory = person("mallory");
  const made = committed(joinExternally({ ...mallory, groupInfo: info, remove: 2, random }));
  assert.equal(refusalOf(ben, made.message), "public external-commit-removes-other");
  processed(ben, made.message, "commit", { sameClient: () => true });
});

test("without external_pub nobody joins externally", () => {
  const info = groupInfo(ann, { withTree: true, externalPub: false });
  assert.equal(codeOf(joinExternally({ ...person("zoe"), groupInfo: info, random })), "external-join-closed");
  const treeless = groupInfo(ann, { withTree: false, externalPub: true });
  assert.equal(codeOf(joinExternally({ ...person("zoe"), groupInfo: treeless, random })), "tree-missing");
});

test("a wrong confirmation tag is a fault of the secret phase", () => {
  const honest = commitOf(ann, { proposals: [psk()], psks: () => toUtf8("one") });
  const { phase, refusal } = processed(ben, honest.message, "refused", { psks: () => toUtf8("another") });
  assert.deepEqual([phase, refusal.code], ["secret", "confirmation-tag"]);
  assert.equal(refusalOf(ben, honest.message), "secret psk-missing");
});

test("extensions that mark a last-resort KeyPackage and external senders are carried", () => {
  const { keyPackage } = keyPackageOf(person("eve"), { keyPackageExtensions: [lastResortExtension], lifetime });
  assert.equal(validateKeyPackage(keyPackage, { suite: ann.fields.suite, now }), undefined);
  const sender = person("service");
  const senders = externalSendersExtension([
    { signatureKey: sender.signatureKeyPair.publicKey, credential: sender.credential },
  ]);
  commitOf(ann, { proposals: [context(senders)] });
});

test("a public key that nothing can be sealed to is none, in both suites", () => {
  for (const suite of [classicalSuite, hybridSuite]) {
    const { publicKey } = suite.generateKeyPair(random);
    assert.ok(suite.isPublicKey(publicKey));
    assert.ok(!suite.isPublicKey(publicKey.slice(1)));
    assert.ok(!suite.isPublicKey(publicKey.slice().fill(0, publicKey.length - 32)));
    const { keyPackage } = keyPackageOf(person("ann", suite));
    const initKey = publicKey.slice().fill(0, publicKey.length - 32);
    assert.equal(validateKeyPackage({ ...keyPackage, initKey }, { suite, now })?.code, "key-package-init-key");
  }
  const { publicKey } = hybridSuite.generateKeyPair(random);
  // Coefficients of ML-KEM that are not below its modulus.
  assert.ok(!hybridSuite.isPublicKey(publicKey.slice().fill(0xff, 0, 1_152)));
});
