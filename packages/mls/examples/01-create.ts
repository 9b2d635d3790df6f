/** 1. Create: a person with a signature key, and a group of one. Each example goes on where the one before it ended. */
import assert from "node:assert/strict";
import { toUtf8 } from "@quicprochat/bytes";
import { generateSigningKeyPair, systemRandom } from "@quicprochat/crypto";
import { basicCredential, createGroup, epoch, hybridSuite, members } from "../src/index.ts";

/** Randomness and time are arguments everywhere: a test or a simulation hands in its own. */
export const random = systemRandom;
export const now = BigInt(Math.floor(Date.now() / 1_000));

/** The hybrid post-quantum suite 0x004D. `classicalSuite` is 0x0001. */
export const suite = hybridSuite;

export const person = (name: string) => ({
  suite,
  credential: basicCredential(toUtf8(name)),
  signatureKeyPair: generateSigningKeyPair(random),
});

export const alice = person("alice");

/** A state is a value: every step returns a new one, and the caller decides which to keep. */
export const aliceState = createGroup({ ...alice, groupId: random(16), random });

assert.equal(epoch(aliceState), 0n);
assert.equal(members(aliceState).length, 1);
