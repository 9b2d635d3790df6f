import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { clipRow, type Row, rowColumns, rowText, ScreenWriter, span } from "./screen.ts";
import { printableLine } from "./text.ts";

const cursor = { row: 0, column: 2 };
const row = fc.array(
  fc.string({ unit: "grapheme", maxLength: 12 }).map((text) => span(printableLine(text))),
  { maxLength: 5 },
);

test("the first screen writes every row, the next only what changed", () => {
  const writer = new ScreenWriter();
  const rows: Row[] = [[span("one")], [span("two", { bold: true, colour: "red" })]];
  const first = writer.bytesFor({ rows, cursor });
  assert.ok(first.includes("one") && first.includes("\x1b[0;1;31mtwo") && first.includes("\x1b[1;3H"));
  const next = writer.bytesFor({ rows: [[span("one")], [span("2")]], cursor });
  assert.ok(!next.includes("one") && next.includes("\x1b[2;1H") && next.includes("2"));
});

test("a screen that is there already writes nothing; a cursor that moved writes that", () => {
  const writer = new ScreenWriter();
  const rows: Row[] = [[span("one")]];
  writer.bytesFor({ rows, cursor });
  assert.equal(writer.bytesFor({ rows, cursor }), "");
  assert.ok(writer.bytesFor({ rows, cursor: { row: 0, column: 3 } }).includes("\x1b[1;4H"));
  writer.reset();
  assert.ok(writer.bytesFor({ rows, cursor: { row: 0, column: 3 } }).includes("one"));
});

test("behind a text whose width terminals dispute, the next one names its column", () => {
  const rows: Row[] = [[span("ab"), span("👩‍👩‍👧"), span("|")]];
  assert.ok(new ScreenWriter().bytesFor({ rows, cursor }).includes("👩‍👩‍👧\x1b[5G\x1b[0m|"));
});

test("a clipped row is no wider than it may be, and whole when it has room", () => {
  fc.assert(
    fc.property(row, fc.nat(50), (spans, columns) => {
      const clipped = clipRow(spans, columns);
      assert.ok(rowColumns(clipped) <= columns);
      if (rowColumns(spans) <= columns) assert.equal(rowText(clipped), rowText(spans));
    }),
  );
});
