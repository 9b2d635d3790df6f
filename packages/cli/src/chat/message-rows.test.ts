import assert from "node:assert/strict";
import { test } from "node:test";
import { MORNING, message } from "../../test/story.ts";
import { rowText } from "../terminal/screen.ts";
import { colourOf, messageRows } from "./message-rows.ts";

const DAY_MS = 86_400_000;
const lines = (views: readonly ReturnType<typeof message>[], columns = 50, timeZone = "UTC"): string[] =>
  messageRows(views, { columns, timeZone }).map(rowText);

test("a message is its time, its sender and its text, wrapped under itself", () => {
  const [, ...rows] = lines([message("x", "a text that is longer than one row has room for, by far")], 40);
  assert.deepEqual(rows, ["09:41 bob a text that is longer than one", "          row has room for, by far"]);
});

test("a row between days says which one begins", () => {
  const rows = lines([message("x", "one"), message("x", "two"), message("x", "three", { sentAt: MORNING + DAY_MS })]);
  assert.match(rows[0] ?? "", /^─+ Sunday 17 May 2026 ─+$/);
  assert.match(rows[3] ?? "", /^─+ Monday 18 May 2026 ─+$/);
  assert.equal(rows.length, 5);
});

test("names align, and long ones are clipped", () => {
  const rows = lines([message("x", "hi", { from: "a-name-of-twenty-char" }), message("x", "ho", { from: "al" })]);
  assert.deepEqual(rows.slice(1), ["09:41 a-name-of-t… hi", "09:41 al           ho"]);
});

test("on a narrow screen the text stands below its head", () => {
  assert.deepEqual(lines([message("x", "some text here")], 20).slice(1), ["09:41 bob ", "  some text here"]);
});

test("an own message ends with how far it has come", () => {
  const rows = lines([message("x", "a b", { from: "alice", state: "pending" })]);
  assert.equal(rows[1], "09:41 alice a b …");
});

test("a day and a time are those of the reader's place", () => {
  const views = [message("x", "hi", { sentAt: Date.UTC(2026, 4, 17, 23, 30) })];
  assert.match(lines(views)[0] ?? "", /Sunday 17/);
  const there = lines(views, 50, "Asia/Tokyo");
  assert.match(there[0] ?? "", /Monday 18/);
  assert.match(there[1] ?? "", /^08:30/);
});

test("a time that no calendar has does not stop the chat", () => {
  for (const sentAt of [Number.MAX_VALUE, -1e300, Number.NaN, 8.64e15 + 1]) {
    assert.equal(lines([message("x", "hi", { sentAt })]).length, 2);
  }
});

test("rows are made anew when the message, the width or the place changed, and not otherwise", () => {
  const view = message("x", "hello there, this is long enough to wrap");
  const wide = messageRows([view], { columns: 80, timeZone: "UTC" });
  assert.equal(messageRows([view], { columns: 80, timeZone: "UTC" })[1], wide[1]);
  assert.ok(messageRows([view], { columns: 40, timeZone: "UTC" }).length > wide.length);
});

test("a person has the same colour everywhere", () => {
  assert.equal(colourOf("bob"), colourOf("bob"));
  const some = new Set(["alice", "bob", "carol", "dave", "erin", "frank"].map(colourOf));
  assert.ok(some.size > 2);
});
