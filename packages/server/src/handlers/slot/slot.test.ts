import assert from "node:assert/strict";
import { test } from "node:test";
import { generateSigningKeyPair, sha256, systemRandom } from "@quicprochat/crypto";
import { methods, signSlot, verifyReceipt, verifySlot } from "@quicprochat/protocol";
import { call } from "@quicprochat/rpc";
import { Hosted } from "../../../test/hosted.ts";
import { refused } from "../../../test/refused.ts";
import { bytes } from "../../../test/store-conformance/samples.ts";

const newName = () => generateSigningKeyPair(systemRandom);
const put = (name: ReturnType<typeof newName>, entry: Uint8Array) => ({
  name: name.publicKey,
  entry,
  signature: signSlot(name.privateKey, entry),
});

test("the first entry wins, everybody gets it, and each answer is signed", async () => {
  await using hosted = await Hosted.start();
  const slot = newName();
  const name = slot.publicKey;
  const [first, second] = [put(slot, bytes(4_096)), put(slot, bytes(131_072))];
  const send = await hosted.connect("send");
  for (let round = 0; round < 2; round++) {
    const { outcome } = await call(send, methods.slotPut, first);
    assert.ok(outcome.case === "won");
    assert.deepEqual(outcome.value.statementKey, hosted.statementKey.publicKey);
    assert.ok(verifyReceipt(outcome.value, name, sha256(first.entry)));
  }
  const { outcome } = await call(send, methods.slotPut, second);
  assert.ok(outcome.case === "taken");
  const got = await call(await hosted.connect("errand"), methods.slotGet, { name });
  for (const answer of [outcome.value, got.entry]) {
    assert.deepEqual(answer?.entry, first.entry);
    assert.ok(verifySlot(name, answer.entry, answer.signature));
    assert.ok(answer.receipt !== undefined && verifyReceipt(answer.receipt, name, sha256(answer.entry)));
  }
});

test("a slot that nobody has written is absent, which is no refusal", async () => {
  await using hosted = await Hosted.start();
  const got = await call(await hosted.connect("errand"), methods.slotGet, { name: bytes(32) });
  assert.equal(got.entry, undefined);
});

test("an entry needs a proper size and the signature of its slot", async () => {
  await using hosted = await Hosted.start();
  const send = await hosted.connect("send");
  const [slot, other] = [newName(), newName()];
  const good = put(slot, bytes(4_096));
  for (const size of [0, 1_024, 65_537]) {
    await assert.rejects(call(send, methods.slotPut, put(slot, bytes(size))), refused("wrong_size"));
  }
  const forged = { ...good, signature: put(other, good.entry).signature };
  await assert.rejects(call(send, methods.slotPut, forged), refused("bad_proof"));
  await assert.rejects(call(send, methods.slotPut, { ...good, name: bytes(31) }), refused("malformed"));
  const errand = await hosted.connect("errand");
  await assert.rejects(call(errand, methods.slotGet, { name: bytes(33) }), refused("malformed"));
});

test("the largest entry fits", async () => {
  await using hosted = await Hosted.start();
  const largest = put(newName(), bytes(3 * 1024 * 1024));
  const { outcome } = await call(await hosted.connect("send"), methods.slotPut, largest);
  assert.equal(outcome.case, "won");
});
