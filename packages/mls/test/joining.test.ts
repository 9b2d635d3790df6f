import assert from "node:assert/strict";
import { test } from "node:test";
import {
  cipherSuiteId,
  classicalSuite,
  decodeMlsMessage,
  encodeMlsMessage,
  greaseExtension,
  groupInfo,
  type JoinOptions,
  joinByWelcome,
  joinExternally,
  lastResortExtension,
  nativeSuites,
  ratchetTree,
  withGrease,
} from "../src/index.ts";
import { isGrease } from "../src/wire/code-points.ts";
import { addOf, commitOf, founded, keyPackageOf, person, processed, random, sent, welcomed } from "./people.ts";

const ann = person("ann");
const ben = person("ben");
const own = keyPackageOf(ben);
const first = founded(ann);
const inline = commitOf(first, { proposals: [addOf(own)] });
const apart = commitOf(first, { proposals: [addOf(own)], welcome: { tree: "apart" } });

function joinWith(changes: Partial<JoinOptions>): string {
  assert(inline.welcome !== undefined);
  const { keyPackage, secrets } = own;
  const { privateKey: signaturePrivateKey } = ben.signatureKeyPair;
  const outcome = joinByWelcome({ welcome: inline.welcome, keyPackage, secrets, signaturePrivateKey, ...changes });
  return outcome.kind === "refused" ? outcome.refusal.code : outcome.kind;
}

test("a Welcome is joined with its own tree, or with one that came apart", () => {
  assert(apart.welcome !== undefined);
  assert.equal(joinWith({}), "joined");
  assert.equal(joinWith({ welcome: apart.welcome }), "tree-missing");
  assert.equal(joinWith({ welcome: apart.welcome, ratchetTree: apart.ratchetTree() }), "joined");
  assert.equal(joinWith({ welcome: apart.welcome, ratchetTree: ratchetTree(first) }), "tree-hash");
  assert.equal(joinWith({ welcome: apart.welcome, ratchetTree: random(40) }), "malformed");
});

test("a Welcome for others is not for us, and one whose secrets do not open is refused", () => {
  const other = keyPackageOf(ben);
  assert.equal(joinWith({ keyPackage: other.keyPackage }), "not-for-us");
  assert.equal(joinWith({ secrets: other.secrets }), "group-secrets");
  assert.equal(joinWith({ suites: () => undefined }), "unsupported-suite");
  assert.equal(joinWith({ welcome: random(50) }), "malformed");
  assert.equal(joinWith({ welcome: own.message }), "unexpected-message");
});

test("a changed Welcome never joins", () => {
  const { welcome } = inline;
  assert(welcome !== undefined);
  for (let at = 0; at < welcome.length; at += 7) {
    assert.notEqual(joinWith({ welcome: welcome.with(at, (welcome[at] ?? 0) ^ 1) }), "joined", `byte ${at}`);
  }
});

test("a changed GroupInfo is refused by who would join externally", () => {
  const info = groupInfo(first, { withTree: true, externalPub: true });
  const decoded = decodeMlsMessage(info);
  assert(decoded.kind === "group-info");
  const { groupInfo: signed } = decoded;
  const changed = encodeMlsMessage({ kind: "group-info", groupInfo: { ...signed, confirmationTag: random(32) } });
  const outcome = joinExternally({ ...person("zoe"), groupInfo: changed, random });
  assert(outcome.kind === "refused" && outcome.refusal.code === "group-info-signature");
});

test("a last-resort KeyPackage joins two groups", () => {
  const lasting = keyPackageOf(ben, { keyPackageExtensions: [lastResortExtension] });
  for (const state of [first, founded(ann)]) {
    const made = commitOf(state, { proposals: [addOf(lasting)] });
    processed(welcomed(made, ben, lasting), sent(made.next, "hello").message, "application");
  }
});

test("values without meaning are ignored wherever they may stand", () => {
  const capabilities = withGrease(own.keyPackage.leafNode.capabilities, random);
  assert(isGrease(capabilities.extensions.at(-1) ?? 0));
  const greased = keyPackageOf(ben, { capabilities, keyPackageExtensions: [greaseExtension(random)] });
  const made = commitOf(first, { proposals: [addOf(greased)] });
  const state = welcomed(made, ben, greased);
  const info = groupInfo(state, { withTree: true, externalPub: true, extensions: [greaseExtension(random)] });
  assert.equal(joinExternally({ ...person("zoe"), groupInfo: info, random }).kind, "committed");
});

test("X.509 credentials are carried where all support them", () => {
  const certificates = [random(80), random(60)];
  const people = ["ann", "ben"].map((name) => ({
    ...person(name),
    credential: { kind: "x509", certificates } as const,
  }));
  const [creator, joiner] = people;
  assert(creator !== undefined && joiner !== undefined);
  const joining = keyPackageOf(joiner);
  const made = commitOf(founded(creator), { proposals: [addOf(joining)] });
  const { tree } = welcomed(made, joiner, joining).fields;
  assert.deepEqual(tree.leaf(0)?.credential, { kind: "x509", certificates });
});

test("the native provider has two suites", () => {
  assert.equal(nativeSuites(cipherSuiteId.mls128X25519Aes128GcmSha256Ed25519), classicalSuite);
  assert.equal(nativeSuites(2), undefined);
});
