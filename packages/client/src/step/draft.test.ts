import assert from "node:assert/strict";
import { test } from "node:test";
import { fromUtf8, toHex, toUtf8 } from "@quicprochat/bytes";
import { Draft, type Records, type Row } from "./draft.ts";
import type { States } from "./group-states.ts";
import { table } from "./table.ts";

const words = table("words", { encode: toUtf8, decode: fromUtf8 });
const key = (...bytes: number[]): Uint8Array => Uint8Array.from(bytes);

class MapRecords implements Records, States {
  readonly #rows: readonly Row[];

  constructor(rows: readonly (readonly [Uint8Array, string])[]) {
    this.#rows = rows.map(([at, word]) => ({ key: at, value: toUtf8(word) }));
  }

  read(_table: unknown, wanted: Uint8Array): Uint8Array | undefined {
    return this.#rows.find(({ key: at }) => toHex(at) === toHex(wanted))?.value;
  }

  state(): undefined {
    return undefined;
  }

  rows(_table: unknown, prefix: Uint8Array): readonly Row[] {
    return this.#rows.filter(({ key: at }) => toHex(at).startsWith(toHex(prefix)));
  }

  keys(of: unknown, prefix: Uint8Array): Uint8Array[] {
    return this.rows(of, prefix).map(({ key: at }) => at);
  }
}

const context = { now: 0, random: (length: number) => new Uint8Array(length) };

test("a step reads what it has written itself, and leaves the records as they are", () => {
  const records = new MapRecords([
    [key(1), "one"],
    [key(2), "two"],
  ]);
  const draft = new Draft(records, context);
  draft.put(words, key(1), "uno");
  draft.delete(words, key(2));
  assert.equal(draft.get(words, key(1)), "uno");
  assert.equal(draft.get(words, key(2)), undefined);
  assert.equal(fromUtf8(records.read(words, key(2)) ?? key()), "two");
  assert.equal(draft.writes.length, 2);
});

test("a list holds rows of records and step alike, in the order of their keys", () => {
  const draft = new Draft(
    new MapRecords([
      [key(1, 1), "a"],
      [key(1, 3), "c"],
      [key(2, 1), "elsewhere"],
    ]),
    context,
  );
  draft.put(words, key(1, 2), "b");
  draft.put(words, key(2, 2), "elsewhere too");
  draft.delete(words, key(1, 3));
  assert.deepEqual(
    draft.list(words, key(1)).map(({ value }) => value),
    ["a", "b"],
  );
});

test("keys that a draft gives out grow, also those of a draft within it", () => {
  const outer = new Draft(new MapRecords([]), context);
  const first = outer.nextKey();
  const inner = new Draft(outer, context);
  inner.put(words, inner.nextKey(), "inner");
  outer.absorb(inner);
  const third = outer.nextKey();
  assert.deepEqual([toHex(first), toHex(third)], ["0000000000000001", "0000000000000003"]);
  assert.equal(outer.list(words).length, 1);
});

test("a draft that is not absorbed changes nothing", () => {
  const outer = new Draft(new MapRecords([[key(1), "one"]]), context);
  const inner = new Draft(outer, context);
  inner.delete(words, key(1));
  assert.equal(outer.get(words, key(1)), "one");
});

test("keys are those of the rows that a step would list, and what has served is known to the steps within", () => {
  const records = new MapRecords([
    [key(1), "one"],
    [key(2), "two"],
  ]);
  const draft = new Draft(records, context);
  draft.put(words, key(0), "zero");
  draft.delete(words, key(2));
  assert.deepEqual(
    draft.keys(words),
    draft.list(words).map(({ key: at }) => at),
  );
  draft.consumed.push(key(7));
  const inner = new Draft(draft, draft);
  assert.deepEqual([inner.hasServed(key(7)), new Draft(inner, inner).hasServed(key(7))], [true, true]);
  assert.equal(inner.hasServed(key(8)), false);
});
