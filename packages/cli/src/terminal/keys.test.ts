import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { limits } from "../limits.ts";
import { type Key, KeyDecoder } from "./keys.ts";

const decode = (text: string): Key[] => {
  const decoder = new KeyDecoder();
  return [...decoder.decode(Buffer.from(text)), ...decoder.flush()];
};

const named = (name: string, modifiers: Partial<{ alt: boolean; control: boolean; shift: boolean }> = {}): unknown => ({
  kind: "named",
  name,
  alt: false,
  control: false,
  shift: false,
  ...modifiers,
});

test("the keys of a terminal have their names", () => {
  for (const [bytes, key] of [
    ["\r", named("enter")],
    ["\n", named("newline")],
    ["\x1b\r", named("newline")],
    ["\t", named("tab")],
    ["\x1b[Z", named("backtab")],
    ["\x7f", named("backspace")],
    ["\b", named("backspace")],
    ["\x1b\x7f", named("backspace", { alt: true })],
    ["\x1b[3~", named("delete")],
    ["\x1b[A", named("up")],
    ["\x1bOB", named("down")],
    ["\x1b[H", named("home")],
    ["\x1b[4~", named("end")],
    ["\x1b[5~", named("page-up")],
    ["\x1b[6~", named("page-down")],
    ["\x1bOP", named("f1")],
    ["\x1b[11~", named("f1")],
    ["\x1b[1;5C", named("right", { control: true })],
    ["\x1b[1;3D", named("left", { alt: true })],
    ["\x1b[1;2A", named("up", { shift: true })],
    ["\x1b[99~", named("unknown")],
    ["\x1b", named("escape")],
    ["\x03", { kind: "control", letter: "c" }],
    ["\x1bx", { kind: "alt", letter: "x" }],
    ["\x1b😀", { kind: "alt", letter: "😀" }],
  ] as const) {
    assert.deepEqual(decode(bytes), [key], JSON.stringify(bytes));
  }
});

test("text comes as text, between keys", () => {
  assert.deepEqual(decode("hé\x1b[A😀\r"), [
    { kind: "text", text: "hé" },
    named("up"),
    { kind: "text", text: "😀" },
    named("enter"),
  ]);
});

test("an Escape before a control code is an Escape, and then that key", () => {
  assert.deepEqual(decode("\x1b\x03"), [named("escape"), { kind: "control", letter: "c" }]);
  assert.deepEqual(decode("\x1b\x1b[A"), [named("escape"), named("up")]);
});

test("a paste is one key, with its line breaks and whatever else is in it", () => {
  assert.deepEqual(decode("a\x1b[200~one\rtwo\x1b[31m\x03\x1b[201~b"), [
    { kind: "text", text: "a" },
    { kind: "paste", text: "one\rtwo\x1b[31m\x03" },
    { kind: "text", text: "b" },
  ]);
  assert.deepEqual(decode("\x1b[200~\x1b[201~"), [{ kind: "paste", text: "" }]);
});

/** Neighbouring texts joined: where the bytes were cut must not be seen. */
function joined(keys: readonly Key[]): Key[] {
  const all: Key[] = [];
  for (const key of keys) {
    const last = all.at(-1);
    if (key.kind === "text" && last?.kind === "text")
      all[all.length - 1] = { kind: "text", text: last.text + key.text };
    else all.push(key);
  }
  return all;
}

const piece = fc.constantFrom(
  ..."abc é 北 😀 e\u0301 \r \n \t \x7f \x03 \x1b[A \x1bOP \x1b[1;5C \x1b[3~ \x1bx".split(" "),
  "\x1b[200~pasted \r text 北\x1b[201~",
  "\x1b[200~\x1b[20\x1b[201~",
);

test("wherever the bytes are cut, the keys are the same", () => {
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), fc.array(fc.nat(200)), (pieces, cuts) => {
      const bytes = Buffer.from(pieces.join(""));
      const whole = joined(decode(pieces.join("")));
      const decoder = new KeyDecoder();
      const keys: Key[] = [];
      const places = cuts.map((cut) => cut % (bytes.length + 1)).toSorted((one, other) => one - other);
      for (const [index, place] of [...places, bytes.length].entries()) {
        keys.push(...decoder.decode(bytes.subarray(places[index - 1] ?? 0, place)));
      }
      keys.push(...decoder.flush());
      assert.deepEqual(joined(keys), whole);
    }),
  );
});

test("one byte at a time gives the same keys, too", () => {
  const text = "aé😀\x1b[A\x1b[1;5C\x1bOP\x1bx\r\x1b[200~pa\rste\x1b[201~z";
  const decoder = new KeyDecoder();
  const keys = Array.from(Buffer.from(text)).flatMap((byte) => decoder.decode(Uint8Array.of(byte)));
  assert.deepEqual(joined(keys), joined(decode(text)));
  assert.equal(decoder.waiting, false);
});

test("any bytes are keys, text that holds no control code, and never an error", () => {
  const bytes = fc.array(
    fc.oneof(
      fc.uint8Array({ maxLength: 12 }),
      fc.constantFrom("\x1b[", "\x1b[200~").map((text) => Uint8Array.from(Buffer.from(text))),
    ),
    {
      maxLength: 6,
    },
  );
  fc.assert(
    fc.property(bytes, (chunks) => {
      const decoder = new KeyDecoder();
      for (const key of [...chunks.flatMap((chunk) => decoder.decode(chunk)), ...decoder.flush()]) {
        if (key.kind === "text") assert.doesNotMatch(key.text, /\p{Cc}/u);
      }
    }),
  );
});

test("a sequence that never ends does not collect for ever", () => {
  const decoder = new KeyDecoder();
  const keys = decoder.decode(Buffer.from(`\x1b[${"1;".repeat(100)}`));
  assert.ok(keys.length > 0);
  assert.equal(decoder.waiting, false);
});

test("a paste that is larger than any draft is cut, and what follows it is read", () => {
  const decoder = new KeyDecoder();
  const chunk = Buffer.from("x".repeat(50_000));
  const keys = decoder.decode(Buffer.from("\x1b[200~"));
  for (let count = 0; count < 100; count++) keys.push(...decoder.decode(chunk));
  keys.push(...decoder.decode(Buffer.from("\x1b[201~\r")));
  assert.deepEqual(
    keys.map(({ kind }) => kind),
    ["paste", "named"],
  );
  const [paste] = keys;
  assert.ok(paste?.kind === "paste" && paste.text.length === limits.draftCharactersMax);
});

test("a million keys at once are all there", () => {
  const keys = new KeyDecoder().decode(Buffer.from("\x1bx\x1b[A\r".repeat(333_333)));
  assert.equal(keys.length, 999_999);
});
