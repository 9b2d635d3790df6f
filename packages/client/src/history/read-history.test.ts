import assert from "node:assert/strict";
import { test } from "node:test";
import { systemRandom } from "@quicprochat/crypto";
import { MemoryVault } from "../../test/memory-vault.ts";
import { limits } from "../limits.ts";
import { messageKey, messages } from "./message.ts";
import { readHistory } from "./read-history.ts";

const conversationId = systemRandom(16);

function vaultWith(texts: readonly string[]): MemoryVault {
  const vault = new MemoryVault();
  vault.transaction((tx) => {
    for (const [at, text] of texts.entries()) {
      const message = {
        conversationId,
        counter: BigInt(at + 1),
        id: systemRandom(16),
        from: "bob",
        deviceId: systemRandom(16),
        own: false,
        sentAt: at,
        receivedAt: at,
        text,
        state: "received",
        parents: [],
        epoch: 1n,
      } as const;
      tx.put(messages.name, messageKey(message), messages.codec.encode(message));
    }
  });
  return vault;
}

const numbered = Array.from({ length: 3 * limits.historyPage + 5 }, (_, at) => `message ${at}`);
const textsOf = (vault: MemoryVault, options: Parameters<typeof readHistory>[2]): string[] =>
  readHistory(vault, conversationId, options).map(({ text }) => text);

test("a history is read over many pages, oldest first", () => {
  assert.deepEqual(textsOf(vaultWith(numbered), {}), numbered);
});

test("a limit keeps the newest", () => {
  assert.deepEqual(textsOf(vaultWith(numbered), { limit: 3 }), numbered.slice(-3));
  assert.deepEqual(textsOf(vaultWith(numbered), { limit: 0 }), []);
});

test("a search finds messages that have all words, in any case, however far back", () => {
  const vault = vaultWith(["The Long Rope", "a long walk", ...numbered, "rope"]);
  assert.deepEqual(textsOf(vault, { search: "rope LONG" }), ["The Long Rope"]);
  assert.deepEqual(textsOf(vault, { search: "long", limit: 1 }), ["a long walk"]);
  assert.deepEqual(textsOf(vault, { search: "nowhere" }), []);
});

test("other conversations are left out", () => {
  assert.deepEqual(readHistory(vaultWith(numbered), systemRandom(16), {}), []);
});
