/** 4. Update: new keys, by an own commit, or by a proposal that somebody else commits. */
import assert from "node:assert/strict";
import { commit, epochAuthenticator, processMessage, proposeUpdate } from "../src/index.ts";
import { now, random } from "./01-create.ts";
import { aliceState as aliceBefore, bobState as bobBefore } from "./03-talk.ts";

// An empty commit replaces the committer's keys on the whole way to the root.
const own = commit(aliceBefore, { wire: "public", now, random });
assert(own.kind === "committed");
const followed = processMessage(bobBefore, own.message);
assert(followed.kind === "commit");

// An Update by reference replaces the leaf once it is committed.
const proposed = proposeUpdate(followed.state, {}, { now, random });
assert(proposed.kind === "proposed");
const heard = processMessage(own.next, proposed.message);
assert(heard.kind === "proposal");
const committed = commit(heard.state, { wire: "public", now, random });
assert(committed.kind === "committed");
assert.deepEqual(committed.summary.updated, [1]);
const applied = processMessage(proposed.state, committed.message);
assert(applied.kind === "commit");

export const aliceState = committed.next;
export const bobState = applied.state;
assert.deepEqual(epochAuthenticator(aliceState), epochAuthenticator(bobState));
