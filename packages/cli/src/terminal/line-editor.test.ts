import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { limits } from "../limits.ts";
import { type Key, KeyDecoder } from "./keys.ts";
import { type Draft, draftOf, draftText, edit, emptyDraft } from "./line-editor.ts";
import { graphemes } from "./text.ts";

/** Types what a terminal would send; the cursor is shown as "|". */
function typed(input: string, start: Draft = emptyDraft): string {
  return shown(typedDraft(input, start));
}

function typedDraft(input: string, start: Draft = emptyDraft): Draft {
  const decoder = new KeyDecoder();
  const keys = [...decoder.decode(Buffer.from(input)), ...decoder.flush()];
  return keys.reduce((draft, key) => edit(draft, key) ?? draft, start);
}

const shown = ({ characters, cursor }: Draft): string =>
  `${characters.slice(0, cursor).join("")}|${characters.slice(cursor).join("")}`;

const [left, right, up, down] = ["\x1b[D", "\x1b[C", "\x1b[A", "\x1b[B"];

test("text goes in at the cursor, and comes out before it", () => {
  assert.equal(typed("hello"), "hello|");
  assert.equal(typed(`helo${left}l`), "hell|o");
  assert.equal(typed(`hello${left}${left}\x7f`), "he|lo");
  assert.equal(typed(`hello\x01\x1b[3~`), "|ello");
  assert.equal(typed(`\x7f\x1b[3~${left}${right}`), "|");
});

test("a character is what a person counts as one", () => {
  assert.equal(typed("e\u0301\x7f"), "|");
  assert.equal(typed("👩‍👩‍👧\x7f"), "|");
  assert.equal(typed(`a北b${left}${left}x`), "ax|北b");
});

test("a combining mark joins the character before it, also when it comes later", () => {
  const draft = typedDraft("\u0301", typedDraft("e"));
  assert.deepEqual(draft.characters, ["e\u0301"]);
  assert.equal(draft.cursor, 1);
});

test("however many marks are typed, one by one, a character keeps few of them", () => {
  let draft = typedDraft("e");
  for (let count = 0; count < 50; count++) draft = edit(draft, { kind: "text", text: "\u0301" }) ?? draft;
  assert.deepEqual(draft.characters, [`e${"\u0301".repeat(limits.marksPerCharacterMax)}`]);
});

test("words and lines go as in a shell", () => {
  assert.equal(typed("one two\x17"), "one |");
  assert.equal(typed("one two  \x17"), "one |");
  assert.equal(typed("one two\x15"), "|");
  assert.equal(typed("one two\x01\x0b"), "|");
  assert.equal(typed("one two\x1bb\x1bb\x1bd"), "| two");
  assert.equal(typed("one two\x1b[1;5D\x1b[1;5D\x1bf"), "one| two");
  assert.equal(typed("one two\x1b\x7f"), "one |");
  assert.equal(typed("one two\x01\x06\x06\x02\x04"), "o|e two");
  assert.equal(typed("one two\x1b[H\x1b[1;3C"), "one| two");
});

test("up and down go between lines, as far right as there is text", () => {
  assert.equal(typed(`first line\nsec${up}`), "fir|st line\nsec");
  assert.equal(typed(`a\nlonger\nb${up}${up}`), "a|\nlonger\nb");
  assert.equal(typed(`ab\ncd\x1b[A\x1b[H${down}`), "ab\n|cd");
  assert.equal(typed("a\nbc\x01"), "a\n|bc");
  assert.equal(typed("a\nbc\x1b[A\x05\x0b"), "a|bc");
  assert.equal(typed("ab\ncd\x15"), "ab\n|");
});

test("up in the first line and down in the last are for others", () => {
  const key = (name: "up" | "down"): Key => ({ kind: "named", name, alt: false, control: false, shift: false });
  assert.equal(edit(typedDraft("one"), key("up")), undefined);
  assert.equal(edit(typedDraft("one\ntwo"), key("down")), undefined);
  assert.notEqual(edit(typedDraft("one\ntwo"), key("up")), undefined);
});

test("keys that edit nothing are for others", () => {
  for (const input of ["\r", "\t", "\x1b[5~", "\x03", "\x1bz", "\x1b"]) {
    const [key] = [...new KeyDecoder().decode(Buffer.from(input)), ...decodeEscape(input)];
    assert.ok(key !== undefined);
    assert.equal(edit(typedDraft("x"), key), undefined, JSON.stringify(input));
  }
});

function decodeEscape(input: string): Key[] {
  const decoder = new KeyDecoder();
  decoder.decode(Buffer.from(input));
  return decoder.flush();
}

test("a paste keeps its lines and loses what a terminal would obey", () => {
  assert.equal(typed("\x1b[200~one\r\ntwo\x1b[31m\tx\x1b[201~"), "one\ntwo\ufffd[31m    x|");
});

test("a draft that is full takes no more, and stays the very same", () => {
  const full = draftOf("x".repeat(limits.draftCharactersMax + 10));
  assert.equal(full.characters.length, limits.draftCharactersMax);
  assert.equal(edit(full, { kind: "text", text: "y" }), full);
  assert.notEqual(edit(full, { kind: "named", name: "backspace", alt: false, control: false, shift: false }), full);
});

const input = fc.array(
  fc.oneof(
    fc.string({ unit: "grapheme", maxLength: 5 }),
    fc.string({ unit: "binary", maxLength: 3 }),
    fc.constantFrom(
      left,
      right,
      up,
      down,
      "\n",
      "\x7f",
      "\x1b[3~",
      "\x17",
      "\x15",
      "\x0b",
      "\x01",
      "\x05",
      "\x1bb",
      "\x1bd",
      "\u0301",
    ),
  ),
  { maxLength: 30 },
);

test("whatever is typed, the cursor is in the draft, and the draft has no control codes but line breaks", () => {
  fc.assert(
    fc.property(input, (pieces) => {
      const draft = typedDraft(pieces.join(""));
      assert.ok(draft.cursor >= 0 && draft.cursor <= draft.characters.length);
      assert.doesNotMatch(draftText(draft).replaceAll("\n", ""), /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
      for (const character of draft.characters) if (character !== "\n") assert.ok(!character.includes("\n"));
    }),
  );
});

test("a draft made of a text is that text, in its characters", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (text) => {
      const draft = draftOf(text);
      assert.equal(draftText(draft), text);
      assert.deepEqual(draft.characters, graphemes(text));
    }),
  );
});
