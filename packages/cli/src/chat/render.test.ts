import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { direct, group, message, Story, storyOf } from "../../test/story.ts";
import { rowColumns, type Size } from "../terminal/screen.ts";
import { columnsOf } from "../terminal/text.ts";
import { draftRows, layoutOf } from "./layout.ts";
import type { Model } from "./model.ts";
import { render } from "./render.ts";

const sizes: readonly Size[] = [
  { columns: 80, rows: 24 },
  { columns: 20, rows: 5 },
  { columns: 120, rows: 40 },
  { columns: 300, rows: 100 },
];

/** Exactly the screen: its rows, none wider than it, and the cursor on it. */
function assertFits(model: Model): void {
  const { columns, rows } = model.size;
  const screen = render(model);
  assert.equal(screen.rows.length, rows);
  for (const row of screen.rows) assert.ok(rowColumns(row) <= columns, `${rowColumns(row)}: ${JSON.stringify(row)}`);
  assert.ok(screen.cursor.row >= 0 && screen.cursor.row < rows);
  assert.ok(screen.cursor.column >= 0 && screen.cursor.column < columns);
}

const nasty = fc.oneof(
  fc.string({ maxLength: 200 }),
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.string({ unit: "grapheme", maxLength: 60 }),
  fc.string({ unit: fc.constantFrom("北", "😀", "👩‍👩‍👧", "\u202e", "\x1b[2J", "\n", "\t", " ", "\u0301", "x") }),
  fc.constant("long".repeat(400)),
);
const size = fc.oneof(
  fc.constantFrom(...sizes),
  fc.record({ columns: fc.integer({ min: 20, max: 300 }), rows: fc.integer({ min: 5, max: 100 }) }),
  fc.record({ columns: fc.integer({ min: 1, max: 20 }), rows: fc.integer({ min: 1, max: 6 }) }),
);
const state = fc.constantFrom("pending" as const, "stored" as const, "failed" as const, "received" as const);
const keys = fc.array(
  fc.oneof(
    nasty,
    fc.constantFrom(
      "\r",
      "\t",
      "\x1b[5~",
      "\x1b[6~",
      "\x1bOP",
      "\x1b",
      "/help\r",
      "/invite\r",
      "\x0e",
      "\x1b[1;2A",
      "\n\n\n\n\n\n\n\n",
    ),
  ),
  { maxLength: 6 },
);

test("whatever people write, type and call themselves, the screen has its rows and no line is wider than it", () => {
  const story = fc.record({
    size,
    name: nasty,
    texts: fc.array(fc.tuple(nasty, nasty, state), { maxLength: 12 }),
    keys,
  });
  fc.assert(
    fc.property(story, ({ size: screenSize, name, texts, keys: typed }) => {
      const told = new Story(screenSize, `qpc://${"host".repeat(20)}#1.${"x".repeat(90)}`);
      const conversations = [
        direct("one", { title: name, unread: 3 }),
        group("two", ["alice", name, "carol"], { title: name, unread: 4_000 }),
      ];
      told.happens({ kind: "connection", connection: { state: "offline", detail: name } });
      assertFits(told.model);
      told.happens({ kind: "conversations", conversations });
      const views = texts.map(([text, from, messageState], index) =>
        message(told.model.open ?? "", text, { from, state: messageState, sentAt: index * 40_000_000 }),
      );
      told.happens({ kind: "loaded", conversation: told.model.open ?? "", views, complete: false });
      assertFits(told.model);
      for (const bytes of typed) assertFits(told.types(bytes).model);
      told.happens({ kind: "notice", tone: "error", text: name });
      assertFits(told.model);
      const member = { user: name, device: "0b".repeat(16), role: name, verified: false };
      told.happens({ kind: "overlay", overlay: { kind: "members", members: [member] } });
      assertFits(told.model);
      told.happens({ kind: "overlay", overlay: { kind: "search", words: name, views } });
      assertFits(told.model);
    }),
    { numRuns: 80 },
  );
});

test("a chat at 80 by 24 looks as it should", () => {
  const story = storyOf([direct("bob"), group("climbing", ["alice", "bob"], { unread: 2 })], ["Are you coming?"]);
  const lines = story.types("Yes").rows();
  assert.match(lines[0] ?? "", /^ alice {16}bob +● online, X25519MLKEM768 $/);
  assert.match(lines[1] ?? "", /^▌bob +│ ─+ Sunday 17 May 2026 ─+$/);
  assert.match(lines[2] ?? "", /^ #climbing {8}2 │ 09:41 bob Are you coming\?$/);
  assert.match(lines[21] ?? "", /^─{20}┴─+$/);
  assert.equal(lines[22], "> Yes");
  assert.match(lines[23] ?? "", /^F1 help .*Ctrl-Q leave$/);
  assert.deepEqual(render(story.model).cursor, { row: 22, column: 5 });
});

test("a narrow screen has no list, a low one no help, and both still a message and the input", () => {
  const lines = storyOf([direct("bob")], ["Hello"], { columns: 20, rows: 5 })
    .types("Yes")
    .rows();
  assert.equal(lines.length, 5);
  assert.ok(lines.some((line) => line.includes("Hello")) && lines.includes("> Yes"), lines.join("\n"));
});

test("a screen without a list says how much is unread elsewhere", () => {
  const conversations = [direct("bob", { unread: 9 }), direct("carol", { unread: 2 }), direct("dave", { unread: 1 })];
  const story = storyOf(conversations, [], { columns: 40, rows: 10 });
  assert.match(story.rows()[0] ?? "", /^ \(3\) bob /);
  assert.match(storyOf(conversations).rows()[0] ?? "", /^ alice +bob /);
});

test("members stand in columns", () => {
  const story = storyOf([group("friends", ["alice", "bob"])]);
  const member = (user: string, role: string) => ({ user, role, device: "0b0b", verified: false });
  const members = [member("alice", "owner"), member("bo", "member")];
  const rows = story.happens({ kind: "overlay", overlay: { kind: "members", members } }).rows();
  assert.match(rows[2] ?? "", /│ alice {2}owner {3}device 0b0b$/);
  assert.match(rows[3] ?? "", /│ bo {5}member {2}device 0b0b$/);
});

test("somebody without conversations is told how to begin, with the invite link if there is one", () => {
  const invite = "qpc://chat.example:5001/#1.abc";
  assert.match(new Story().screen(), /Welcome, alice[^]*\/dm NAME/);
  assert.ok(!new Story().screen().includes("qpc://"));
  assert.ok(new Story(undefined, invite).screen().includes(invite));
});

test("the newest message is at the bottom, and older ones come into sight by paging", () => {
  const texts = Array.from({ length: 60 }, (_, index) => `text number ${index}.`);
  const story = storyOf([direct("bob")], texts);
  assert.ok(story.screen().includes("number 59.") && !story.screen().includes("number 30."));
  story.types("\x1b[5~\x1b[5~");
  assert.ok(!story.screen().includes("number 59.") && story.screen().includes("number 20."));
  assert.ok(story.screen().includes("Esc goes to the newest"));
  assert.ok(story.types("\x1b").screen().includes("number 59."));
});

test("the help begins at its top", () => {
  const screen = storyOf([direct("bob")])
    .types("\x1bOP")
    .screen();
  assert.ok(screen.includes("│ Keys") && screen.includes("PgDn shows more"), screen);
});

test("the open conversation is in sight however many there are", () => {
  const many = Array.from({ length: 100 }, (_, index) => direct(`person${index}`));
  const story = storyOf(many);
  for (let count = 0; count < 100; count++) {
    assert.ok(story.screen().includes(`▌${story.model.open}`), story.screen());
    story.types("\t");
  }
});

test("the states of own messages are told apart", () => {
  const story = storyOf([direct("bob")]);
  const views = (["pending", "stored", "failed"] as const).map((one) =>
    message("bob", one, { from: "alice", state: one }),
  );
  const screen = story.happens({ kind: "loaded", conversation: "bob", views, complete: true }).screen();
  for (const line of ["pending …", "stored ✓", "failed ✗ not sent"]) assert.ok(screen.includes(line), line);
});

test("connection states and notices show, and a notice goes with time", () => {
  const story = storyOf([direct("bob")]);
  story.happens({ kind: "connection", connection: { state: "offline", detail: "" } });
  story.happens({ kind: "notice", tone: "error", text: "It failed.\nBadly." });
  assert.ok(story.screen().includes("✗ offline") && story.screen().includes("── It failed. Badly. ─"));
  story.happens({ kind: "time", now: story.model.now + 60_000 });
  assert.ok(!story.screen().includes("It failed."));
});

test("the draft wraps inside the screen with the cursor at its place", () => {
  const draft = fc.array(fc.constantFrom("a", " ", "北", "😀", "e\u0301", "\n"), { maxLength: 80 });
  fc.assert(
    fc.property(draft, fc.nat(80), fc.integer({ min: 20, max: 100 }), (characters, at, columns) => {
      const cursor = at % (characters.length + 1);
      const { rows, cursor: place } = draftRows({ characters, cursor }, columns);
      for (const row of rows) assert.ok(columnsOf(row) <= columns - 3);
      assert.equal(rows.join(""), characters.filter((character) => character !== "\n").join(""));
      const before = [...rows.slice(0, place.row), (rows[place.row] ?? "").slice(0)].join("");
      assert.ok(place.row < rows.length && place.column <= columns - 3);
      assert.ok(
        before.length >=
          characters
            .slice(0, cursor)
            .filter((character) => character !== "\n")
            .join("").length,
      );
    }),
  );
});

test("a long draft takes at most half of what is free, and its cursor stays in sight", () => {
  for (const screenSize of sizes) {
    const story = storyOf([direct("bob")], ["Hello"], screenSize).types("line\n".repeat(50));
    const { bodyRows, inputRows } = layoutOf(story.model);
    assert.ok(bodyRows >= 1 && inputRows >= 1 && inputRows <= bodyRows + 1);
    assertFits(story.model);
  }
});

test("a name that the directory has not vouched for is marked wherever it is the title", () => {
  assert.match(storyOf([direct("bob", { unconfirmed: ["bob"] })]).rows()[0] ?? "", /bob \(unconfirmed\)/);
  const climbing = group("climbing", ["alice", "bob"], { unconfirmed: ["bob"] });
  const wide = { columns: 120, rows: 40 };
  assert.match(storyOf([climbing], [], wide).rows()[0] ?? "", /climbing \(alice, bob \(unconfirmed\)\)/);
  assert.ok(!(storyOf([direct("bob")]).rows()[0] ?? "").includes("unconfirmed"));
});
