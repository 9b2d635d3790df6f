import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { limits } from "../limits.ts";
import { clip, columnsOf, fit, graphemes, isPlainAscii, printableLine, printableLines, wrap } from "./text.ts";

/** Everything that a terminal obeys instead of showing, or that turns the direction of what follows. */
const obeyed = /[\p{Cc}\p{Cs}\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]/u;
const anyText = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: "grapheme" }),
  fc.string({
    unit: fc.constantFrom("a", " ", "\n", "\r", "\t", "\x1b", "\u202e", "\u0301", "北", "😀", "\u200d", "\ud800"),
  }),
);
const lineText = fc.array(anyText, { maxLength: 6 }).map((parts) => printableLine(parts.join(" ")));

test("whatever somebody wrote, a line of it is harmless", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      assert.doesNotMatch(printableLine(text), obeyed);
      for (const line of printableLines(text)) assert.doesNotMatch(line, obeyed);
    }),
  );
});

test("what one knows is shown for what it is", () => {
  assert.equal(printableLine("\x1b[2J\x07"), "\ufffd[2J\ufffd");
  assert.equal(printableLine("a\r\n\tb"), "a b");
  assert.equal(printableLine("abc\u202etxt.exe"), "abc\ufffdtxt.exe");
  assert.equal(printableLine("a\u200bb\ufeffc"), "a\ufffdb\ufffdc");
  assert.deepEqual(printableLines("a\r\nb\rc\nd\u2028e\tf"), ["a", "b", "c", "d", "e    f"]);
});

test("names, emoji of several parts and scripts that need joiners stay as they are", () => {
  for (const text of ["Zoë", "北京", "👩‍👩‍👧", "❤️", "می‌خواهم", "🇨🇭", "e\u0301"])
    assert.equal(printableLine(text), text);
});

test("a tower of combining marks is cut", () => {
  const line = printableLine(`a${"\u0301".repeat(100)}b`);
  assert.equal(line, `a${"\u0301".repeat(limits.marksPerCharacterMax)}b`);
});

test("taming what is tame changes nothing", () => {
  fc.assert(fc.property(lineText, (line) => assert.equal(printableLine(line), line)));
});

test("columns are those of the characters", () => {
  for (const [text, columns] of [
    ["abc", 3],
    ["北京", 4],
    ["😀", 2],
    ["e\u0301", 1],
    ["👩‍👩‍👧", 2],
    ["", 0],
  ] as const) {
    assert.equal(columnsOf(text), columns, text);
  }
  assert.ok(isPlainAscii("a b~") && !isPlainAscii("é") && !isPlainAscii("\t"));
});

test("a clipped text has no more columns than it may, and says that it was clipped", () => {
  fc.assert(
    fc.property(lineText, fc.nat(40), (line, columns) => {
      const clipped = clip(line, columns);
      assert.ok(columnsOf(clipped) <= columns);
      if (columnsOf(line) <= columns) assert.equal(clipped, line);
      else if (columns > 0) assert.ok(clipped.endsWith("…") && line.startsWith(clipped.slice(0, -1)));
    }),
  );
});

test("a fitted text has exactly its columns", () => {
  fc.assert(fc.property(lineText, fc.nat(40), (line, columns) => assert.equal(columnsOf(fit(line, columns)), columns)));
});

test("wrapped rows have no more columns than they may, and lose nothing but spaces at their ends", () => {
  fc.assert(
    fc.property(lineText, fc.integer({ min: 2, max: 40 }), (line, columns) => {
      const rows = wrap(line, columns);
      for (const row of rows) assert.ok(columnsOf(row) <= columns, JSON.stringify(row));
      const solid = (text: string): string => text.replaceAll(/\s/g, "");
      assert.equal(solid(rows.join("")), solid(line));
    }),
  );
});

test("lines break between words, and inside a word that has no room of its own", () => {
  assert.deepEqual(wrap("one two three", 8), ["one two", "three"]);
  assert.deepEqual(wrap("abcdefghij", 4), ["abcd", "efgh", "ij"]);
  assert.deepEqual(wrap("a abcdefghij", 4), ["a", "abcd", "efgh", "ij"]);
  assert.deepEqual(wrap("", 4), [""]);
});

test("characters joined are the text again", () => {
  fc.assert(fc.property(anyText, (text) => assert.equal(graphemes(text).join(""), text)));
});
