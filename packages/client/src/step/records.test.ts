import assert from "node:assert/strict";
import { test } from "node:test";
import { DecodeError, toHex } from "@quicprochat/bytes";
import { systemRandom } from "@quicprochat/crypto";
import { contacts } from "../conversation/contact.ts";
import { conversations } from "../conversation/conversation.ts";
import { doubts } from "../conversation/doubt.ts";
import { endedEpochs } from "../conversation/ended-epoch.ts";
import { formerAdmins } from "../conversation/former-admins.ts";
import { epochSecrets, groups } from "../conversation/group.ts";
import { joiners } from "../conversation/joiner.ts";
import { pendingCommits } from "../conversation/pending-commit.ts";
import { messageKey, messages } from "../history/message.ts";
import { heldCells } from "../inbox/held-cell.ts";
import { messageProgress } from "../outbox/message-progress.ts";
import { outboxRows } from "../outbox/outbox-row.ts";
import { lastOnline } from "./absence.ts";
import type { Table } from "./table.ts";

const [id, key, bytes] = [systemRandom(16), systemRandom(32), systemRandom(100)];

/** Encoding, decoding and encoding again must end where it began. */
type Sample = {
  readonly name: string;
  readonly encoded: Uint8Array;
  readonly again: (bytes: Uint8Array) => Uint8Array;
};

const sample = <T>({ name, codec }: Table<T>, value: NoInfer<T>): Sample => ({
  name,
  encoded: codec.encode(value),
  again: (from) => codec.encode(codec.decode(from)),
});

const message = {
  conversationId: id,
  counter: 7n,
  id,
  from: "alice",
  deviceId: id,
  own: true,
  sentAt: 1_800_000_000_000,
  receivedAt: 1_800_000_000_001,
  text: "grüß dich 😀",
  state: "stored",
  parents: [id, id],
  epoch: 3n,
} as const;

const samples: readonly Sample[] = [
  sample(contacts, { rootKey: key, identityVersion: 1, devicesCounter: 7n, firstSeenAt: 1 }),
  sample(doubts, { groupId: key, user: "bob", rootKey: key, verdict: "denied" }),
  sample(formerAdmins, [key, key]),
  sample(conversations, {
    id,
    kind: "direct",
    title: "bob",
    groupId: key,
    counter: 2n ** 64n - 1n,
    heads: [id],
    unread: 3,
    createdAt: 5,
  }),
  sample(groups, {
    groupId: key,
    conversationId: id,
    title: "friends",
    status: "superseded",
    epoch: 9n,
    attempt: 2,
    refreshDueAt: 0,
  }),
  sample(epochSecrets, {
    gate: key,
    envelopes: [{ epoch: 1n, secret: key, enteredAt: 4, senders: [{ leafIndex: 2, user: "bob", deviceId: id }] }],
  }),
  sample(joiners, { user: "carol", rootKey: key, deviceId: id, keyPackage: bytes }),
  sample(pendingCommits, {
    epoch: 1n,
    attempt: 0,
    slotName: key,
    entry: bytes,
    signature: bytes,
    welcome: new Uint8Array(0),
    joined: [id],
  }),
  sample(messages, message),
  sample(heldCells, { body: bytes, door: true }),
  sample(outboxRows, {
    purpose: "notice",
    id,
    address: key,
    door: false,
    doorKey: new Uint8Array(0),
    groupId: key,
    epoch: 2n,
    user: "bob",
    deviceId: id,
    messageKey: messageKey(message),
  }),
  sample(endedEpochs, { slotName: key, entryHash: key }),
  sample(lastOnline, 1_800_000_000_000),
  sample(messageProgress, { waiting: 3, reached: true }),
];

test("every record is the same again after it was written and read", () => {
  for (const { name, encoded, again } of samples) assert.equal(toHex(again(encoded)), toHex(encoded), name);
});

test("a record that was cut off, lengthened or is of a newer version does not decode", () => {
  for (const { name, encoded, again } of samples) {
    const newer = encoded.slice();
    newer[0] = 200;
    for (const broken of [encoded.slice(0, -1), new Uint8Array([...encoded, 0]), newer]) {
      assert.throws(() => again(broken), DecodeError, name);
    }
  }
});

test("random bytes yield a record or a DecodeError, and nothing else", () => {
  for (const { encoded, again } of samples) {
    for (let round = 0; round < 200; round++) {
      const random = systemRandom(round);
      const mutated = encoded.slice();
      mutated[round % encoded.length] = random[0] ?? 0;
      for (const input of [new Uint8Array([1, ...random]), mutated]) {
        try {
          again(input);
        } catch (error) {
          assert.ok(error instanceof DecodeError, String(error));
        }
      }
    }
  }
});

test("messages of a conversation lie in the order shown: counter, then id", () => {
  const at = (counter: bigint, first: number): string =>
    toHex(messageKey({ conversationId: id, counter, id: Uint8Array.of(first, ...id.slice(1)), from: "alice" }));
  const shown = [at(1n, 200), at(2n, 1), at(2n, 3), at(256n, 0), at(2n ** 40n, 0)];
  assert.deepEqual(shown.toSorted(), shown);
});
