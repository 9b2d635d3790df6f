/** 6. Resync: Bob lost his state. He comes back in place of his former leaf, with a GroupInfo from Alice. */
import assert from "node:assert/strict";
import { epochAuthenticator, groupInfo, joinExternally, members, processMessage } from "../src/index.ts";
import { random } from "./01-create.ts";
import { bob } from "./02-invite.ts";
import { aliceState as aliceBefore } from "./05-remove.ts";

const info = groupInfo(aliceBefore, { withTree: true, externalPub: true });
const returned = joinExternally({ ...bob, groupInfo: info, remove: 1, random });
assert(returned.kind === "committed");

const accepted = processMessage(aliceBefore, returned.message);
assert(accepted.kind === "commit");
assert.deepEqual(accepted.summary.committer, { kind: "joiner", leafIndex: 1 });
export const aliceState = accepted.state;
export const bobState = returned.next;
assert.equal(members(aliceState).length, 2);
assert.deepEqual(epochAuthenticator(aliceState), epochAuthenticator(bobState));
