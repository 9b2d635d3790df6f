import assert from "node:assert/strict";
import { test } from "node:test";
import { compareBytes, fromUtf8, toHex, toUtf8 } from "@quicprochat/bytes";
import fc from "fast-check";
import { Profile } from "../../test/profile.ts";
import { limits } from "../limits.ts";
import type { Vault, VaultReader } from "./vault.ts";
import { vaultFailure } from "./vault-failure.ts";
import { VaultFile } from "./vault-file.ts";

const scope = toUtf8("a group");

const textOf = (reader: VaultReader, table: string, key: string): string | undefined => {
  const value = reader.get(table, key);
  return value === undefined ? undefined : fromUtf8(value);
};

const put = (vault: Vault, key: string, text: string): void =>
  vault.transaction((tx) => tx.put("words", key, toUtf8(text)));

test("what was put is there after the vault was closed and opened", async () => {
  using profile = new Profile();
  {
    using vault = await profile.create();
    put(vault, "one", "uno");
    vault.transaction((tx) => {
      tx.put("words", "two", toUtf8("dos"));
      tx.put("words", "one", toUtf8("eins"));
      tx.putUnder(scope, "secrets", "three", toUtf8("tres"));
      assert.equal(textOf(tx, "words", "one"), "eins", "a transaction reads what it wrote");
    });
  }
  using vault = await profile.open();
  assert.equal(textOf(vault, "words", "one"), "eins");
  assert.equal(textOf(vault, "words", "two"), "dos");
  assert.equal(textOf(vault, "secrets", "three"), "tres");
  assert.equal(textOf(vault, "words", "three"), undefined, "another table");
});

test("a transaction that throws leaves everything as it was, lists and scopes too", async () => {
  using profile = new Profile();
  using vault = await profile.create();
  vault.transaction((tx) => {
    tx.put("words", "kept", toUtf8("kept"));
    tx.putUnder(scope, "words", "scoped", toUtf8("scoped"));
  });
  assert.equal(vault.keys("words").length, 2);
  const fail = (): void =>
    vault.transaction((tx) => {
      tx.put("words", "lost", toUtf8("lost"));
      tx.delete("words", "kept");
      tx.renew(scope);
      tx.forget(toUtf8("another"));
      assert.equal(textOf(tx, "words", "scoped"), "scoped");
      throw new Error("on purpose");
    });
  assert.throws(fail, /on purpose/);
  assert.deepEqual(vault.keys("words").map(fromUtf8), ["kept", "scoped"]);
  assert.equal(textOf(vault, "words", "scoped"), "scoped");
});

test("transactions do not nest, and the failed attempt takes the outer one back", async () => {
  using profile = new Profile();
  using vault = await profile.create();
  const nested = (): void =>
    vault.transaction((tx) => {
      tx.put("words", "outer", toUtf8("outer"));
      put(vault, "inner", "inner");
    });
  assert.throws(nested, /runs already/);
  assert.deepEqual(vault.keys("words"), []);
  put(vault, "after", "after");
});

test("renewing a scope keeps its records and seals them under a new key", async () => {
  using profile = new Profile();
  using vault = await profile.create();
  vault.transaction((tx) => {
    tx.putUnder(scope, "secrets", "ratchet", toUtf8("generation 1"));
    tx.put("words", "other", toUtf8("other"));
  });
  const before = profile.bytes();
  vault.transaction((tx) => tx.renew(scope));
  assert.equal(textOf(vault, "secrets", "ratchet"), "generation 1");
  assert.equal(textOf(vault, "words", "other"), "other");
  vault.close();
  assert.notEqual(toHex(before), toHex(profile.bytes()));
  using again = await profile.open();
  assert.equal(textOf(again, "secrets", "ratchet"), "generation 1");
});

test("of what was erased, renewed or forgotten, no sealed byte is left in the files", async () => {
  using profile = new Profile();
  using vault = await profile.create();
  vault.transaction((tx) => {
    tx.put("secrets", "erased", profile.random(20_000));
    tx.putUnder(scope, "secrets", "renewed", profile.random(20_000));
    tx.putUnder(toUtf8("left"), "secrets", "forgotten", profile.random(2_000));
    tx.put("words", "kept", profile.random(2_000));
  });
  // What lies in the log and in the database are the same pages: 500 bytes from within each sealed value find it.
  const pieces = profile.sealedPieces();
  assert.equal(pieces.length, 4);
  assert.deepEqual(
    pieces.map((piece) => profile.holds(piece)),
    [true, true, true, true],
  );
  vault.transaction((tx) => {
    tx.erase("secrets", "erased");
    tx.renew(scope);
    tx.forget(toUtf8("left"));
  });
  assert.deepEqual(
    pieces.map((piece) => profile.holds(piece)),
    [false, false, false, true],
  );
  assert.deepEqual(vault.keys("secrets").map(fromUtf8), ["renewed"]);
});

test("a ratchet that was replaced is not left in the log until its epoch ends", async () => {
  using profile = new Profile();
  using vault = await profile.create();
  const ratchet = (): void =>
    vault.transaction((tx) => tx.putUnder(scope, "secrets", "ratchet", profile.random(2_000)));
  ratchet();
  const [first] = profile.sealedPieces();
  assert.ok(first !== undefined);
  for (let writes = 2; writes < limits.vaultScopedWritesMax; writes++) ratchet();
  assert.ok(profile.holds(first));
  ratchet();
  assert.equal(profile.holds(first), false);
});

test("what has become durable stands though the log could not be truncated, which is tried again", async (context) => {
  using profile = new Profile();
  using vault = await profile.create();
  vault.transaction((tx) => tx.put("secrets", "one", profile.random(20_000)));
  const [piece] = profile.sealedPieces();
  assert.ok(piece !== undefined);
  const truncating = context.mock.method(VaultFile.prototype, "truncateLog");
  truncating.mock.mockImplementationOnce(() => {
    throw vaultFailure("disk_full");
  });
  vault.transaction((tx) => tx.erase("secrets", "one"));
  assert.equal(vault.get("secrets", "one"), undefined);
  assert.ok(profile.holds(piece));
  put(vault, "after", "after");
  assert.equal(profile.holds(piece), false);
});

test("nothing that was put can be read in the files, nor its table, key or scope", async () => {
  using profile = new Profile();
  using vault = await profile.create("a passphrase of mine");
  const canaries = ["canary-table", "canary-key", "canary-value", "canary-scope", "canary-key-of-more-than-16-bytes"];
  const [table = "", key = "", value = "", canaryScope = "", long = ""] = canaries;
  vault.transaction((tx) => {
    tx.put(table, key, toUtf8(value));
    tx.putUnder(toUtf8(canaryScope), table, long, toUtf8(value));
  });
  for (const canary of [...canaries, "a passphrase of mine"]) assert.ok(!profile.holds(toUtf8(canary)), canary);
  vault.close();
  for (const canary of [...canaries, "a passphrase of mine"]) assert.ok(!profile.holds(toUtf8(canary)), canary);
});

test("a list holds what a sorted map would, whatever the keys, prefixes and steps", async () => {
  using profile = new Profile();
  using vault = await profile.create();
  const byte = fc.constantFrom(0, 1, 254, 255);
  const shared = fc.constantFrom(new Uint8Array(16), new Uint8Array(16).fill(255));
  const tail = fc.uint8Array({ maxLength: 3 }).map((bytes) => bytes);
  const key = fc.oneof(
    fc.array(byte, { maxLength: 3 }).map((bytes) => Uint8Array.from(bytes)),
    fc.tuple(shared, tail).map(([head, rest]) => Uint8Array.from([...head, ...rest])),
  );
  const options = fc.record(
    {
      prefix: key,
      after: key,
      limit: fc.nat({ max: 4 }),
      reverse: fc.boolean(),
    },
    { requiredKeys: [] },
  );
  const step = fc.record({ kind: fc.constantFrom("put", "put", "delete", "list"), key, options });
  let round = 0;
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const table = `table ${round++}`;
      const model = new Map<string, Uint8Array>();
      vault.transaction((tx) => {
        for (const { kind, key: at, options: asked } of steps) {
          if (kind === "put") tx.put(table, at, at);
          if (kind === "delete") tx.delete(table, at);
          if (kind === "put") model.set(toHex(at), at);
          if (kind === "delete") model.delete(toHex(at));
          if (kind === "list") assert.deepEqual(tx.keys(table, asked).map(toHex), expected(model, asked));
        }
      });
      assert.deepEqual(vault.keys(table).map(toHex), expected(model, {}));
      assert.deepEqual(
        vault.list(table).map(({ value }) => toHex(value)),
        expected(model, {}),
      );
    }),
    { numRuns: 60 },
  );
});

type Asked = Parameters<VaultReader["keys"]>[1];

function expected(model: ReadonlyMap<string, Uint8Array>, { prefix, after, limit, reverse }: NonNullable<Asked>) {
  const sorted = [...model.values()].sort(compareBytes);
  if (reverse === true) sorted.reverse();
  const behind = (key: Uint8Array): boolean => {
    if (after === undefined) return true;
    return reverse === true ? compareBytes(key, after) < 0 : compareBytes(key, after) > 0;
  };
  const found = sorted.map((key) => ({ key, hex: toHex(key) }));
  return found
    .filter(({ key, hex }) => hex.startsWith(toHex(prefix ?? new Uint8Array(0))) && behind(key))
    .map(({ hex }) => hex)
    .slice(0, limit);
}
