/** 3. Talk: an application message, what must be stored before it leaves, and what its receiver learns. */
import assert from "node:assert/strict";
import { fromUtf8, toUtf8 } from "@quicprochat/bytes";
import { encrypt, eraseState, loadGroup, processMessage, saveGroup } from "../src/index.ts";
import { random } from "./01-create.ts";
import { aliceState as aliceBefore, bobState as bobBefore } from "./02-invite.ts";

const sent = encrypt(aliceBefore, { data: toUtf8("Hello, Bob"), paddingBytes: 32, random });
assert(sent.kind === "encrypted");

// Store first: a crash after sending would use this generation again. Only what changed is written.
const key = random(32);
const stored = new Map(saveGroup(aliceBefore, { key }).map(({ name, bytes }) => [name, bytes]));
for (const { name, bytes } of saveGroup(sent.state, { key, parts: sent.changed.written })) stored.set(name, bytes);
for (const name of sent.changed.deleted) stored.delete(name);

const loaded = loadGroup(
  [...stored].map(([name, bytes]) => ({ name, bytes })),
  { key },
);
assert(loaded.kind === "loaded");
export const aliceState = loaded.state;

const received = processMessage(bobBefore, sent.message);
assert(received.kind === "application");
assert.equal(fromUtf8(received.data), "Hello, Bob");
assert.equal(received.sender, 0);
export const bobState = received.state;

// The key is gone: nobody who takes Bob's state now reads that message.
assert.equal(processMessage(bobState, sent.message).kind, "already-processed");
eraseState(bobBefore, bobState);
