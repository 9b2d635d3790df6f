import assert from "node:assert/strict";
import { test } from "node:test";
import type { ConversationView } from "./conversation-view.ts";
import { resolveConversation } from "./resolve.ts";

const view = (conversation: string, title: string): ConversationView => ({
  conversation,
  title,
  kind: "group",
  unread: 0,
  members: [],
  epoch: "1",
});
const all = [view("aa11", "friends"), view("bb22", "work"), view("cc33", "work"), view("dd44", "aa11")];

test("a conversation is found by its id, in either case, and by a title that only it has", () => {
  assert.deepEqual(resolveConversation("BB22", all), { kind: "found", conversation: "bb22" });
  assert.deepEqual(resolveConversation("friends", all), { kind: "found", conversation: "aa11" });
});

test("an id wins over a title that looks like it", () => {
  assert.deepEqual(resolveConversation("aa11", all), { kind: "found", conversation: "aa11" });
});

test("a title of two conversations is ambiguous, and one of none is unknown", () => {
  assert.deepEqual(resolveConversation("work", all), { kind: "ambiguous", ids: ["bb22", "cc33"] });
  assert.deepEqual(resolveConversation("play", all), { kind: "unknown" });
});
