import assert from "node:assert/strict";
import { test } from "node:test";
import { DecodeError } from "@quicprochat/bytes";
import fc from "fast-check";
import { commit, decodeMlsMessage, encodeMlsMessage, groupInfo, processMessage, propose } from "../src/index.ts";
import { decodeTree, encodeTree } from "../src/tree/encoding.ts";
import { addOf, commitOf, groupOf, keyPackageOf, now, person, pick, random, sent } from "./people.ts";

const { states } = groupOf(["ann", "ben", "cat"]);
const [ann, ben] = [pick(states, 0), pick(states, 1)];
const joining = keyPackageOf(person("dan"));
const proposed = propose(ann, addOf(joining), { now, random });
assert(proposed.kind === "proposed");
const made = commit(ann, { proposals: [addOf(joining)], path: true, wire: "public", now, random });
assert(made.kind === "committed" && made.welcome !== undefined);

const messages: Readonly<Record<string, Uint8Array>> = {
  proposal: proposed.message,
  commit: made.message,
  "private commit": commitOf(ann, { wire: "private" }).message,
  welcome: made.welcome,
  "application message": sent(ann, "hello").message,
  "group info": groupInfo(ann, { withTree: true, externalPub: true }),
  "key package": joining.message,
};

for (const [name, bytes] of Object.entries(messages)) {
  test(`a ${name} encodes to the bytes it was decoded from, and takes no byte more or less`, () => {
    assert.deepEqual(encodeMlsMessage(decodeMlsMessage(bytes)), bytes);
    assert.throws(() => decodeMlsMessage(Uint8Array.of(...bytes, 0)), DecodeError);
    assert.throws(() => decodeMlsMessage(bytes.subarray(0, -1)), DecodeError);
  });

  test(`a ${name} with a changed byte decodes to what encodes alike, or not at all`, () => {
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, mask) => {
        const changed = bytes.with(at, (bytes[at] ?? 0) ^ mask);
        const decoded = onlyDecodeErrors(() => decodeMlsMessage(changed));
        if (decoded !== undefined) assert.deepEqual(encodeMlsMessage(decoded), changed);
      }),
    );
  });

  test(`a ${name} with a changed byte never stops a member, and changes nothing`, () => {
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, mask) => {
        const outcome = processMessage(ben, bytes.with(at, (bytes[at] ?? 0) ^ mask));
        assert(!("state" in outcome), outcome.kind);
      }),
    );
  });
}

test("random bytes are refused with a DecodeError, or with a tree that encodes alike", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      onlyDecodeErrors(() => decodeMlsMessage(bytes));
      const tree = onlyDecodeErrors(() => decodeTree(bytes));
      if (tree?.kind === "tree") assert.deepEqual(encodeTree(tree.tree), bytes);
    }),
  );
});

function onlyDecodeErrors<T>(decode: () => T): T | undefined {
  try {
    return decode();
  } catch (error) {
    assert(error instanceof DecodeError, String(error));
    return undefined;
  }
}
