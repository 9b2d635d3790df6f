/** 5. Remove: Carol comes and goes; what is said after that she cannot read. */
import assert from "node:assert/strict";
import { toUtf8 } from "@quicprochat/bytes";
import { commit, createKeyPackage, encrypt, joinByWelcome, members, processMessage } from "../src/index.ts";
import { now, person, random } from "./01-create.ts";
import { aliceState as aliceBefore, bobState as bobBefore } from "./04-update.ts";

const carol = person("carol");
const own = createKeyPackage({ ...carol, lifetime: { notBefore: now - 3_600n, notAfter: now + 86_400n }, random });
const { keyPackage, secrets } = own;
const added = commit(aliceBefore, { proposals: [{ kind: "add", keyPackage }], wire: "public", now, random });
assert(added.kind === "committed" && added.welcome !== undefined);
const { privateKey: signaturePrivateKey } = carol.signatureKeyPair;
const joined = joinByWelcome({ welcome: added.welcome, keyPackage, secrets, signaturePrivateKey });
const bobWithCarol = processMessage(bobBefore, added.message);
assert(joined.kind === "joined" && bobWithCarol.kind === "commit");

// Bob removes her. Alice's application judges the commit before any of her secrets is used.
const removed = commit(bobWithCarol.state, {
  proposals: [{ kind: "remove", removed: 2 }],
  wire: "public",
  now,
  random,
});
assert(removed.kind === "committed");
const judged = processMessage(added.next, removed.message, {
  authorize: ({ committer }) => (committer.leafIndex === 1 ? undefined : "only Bob removes people here"),
});
assert(judged.kind === "commit");
export const aliceState = judged.state;
export const bobState = removed.next;
assert.equal(members(aliceState).length, 2);

// Carol is told, and has no key for what comes.
assert.equal(processMessage(joined.state, removed.message).kind, "removed");
const secret = encrypt(aliceState, { data: toUtf8("without Carol"), random });
assert(secret.kind === "encrypted");
assert.equal(processMessage(joined.state, secret.message).kind, "future-epoch");
