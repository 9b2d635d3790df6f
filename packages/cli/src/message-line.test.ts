import assert from "node:assert/strict";
import { test } from "node:test";
import { message } from "../test/story.ts";
import { messageResult } from "./message-line.ts";

test("a message for people is its time, its conversation, its sender and its text, all harmless", () => {
  const view = message("c1", "first\x1b[2J\nsecond", { from: "bob\u202e", sentAt: Date.now() });
  const { text } = messageResult(view, new Map([["c1", "climb\x07ing"]]));
  assert.match(text, /^\d{4}-\d\d-\d\d \d\d:\d\d climb\ufffding \| bob\ufffd: first\ufffd\[2J\n {4}second$/);
});

test("a conversation without a known title is shown by its id, and an impossible time as some time", () => {
  const { text } = messageResult(message("c1", "hi", { sentAt: Number.MAX_VALUE }), new Map());
  assert.match(text, /^\d{4}-\d\d-\d\d \d\d:\d\d c1 \| bob: hi$/);
});

test("a message for programs is what the contract names", () => {
  const { line } = messageResult(message("c1", "raw \x1b"), new Map());
  const names = ["message", "conversation", "from", "device", "own", "sentAt", "receivedAt", "text", "state"];
  assert.deepEqual(Object.keys(line), names);
  assert.equal(line["text"], "raw \x1b");
});
