import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { DecodeError, fromHex, readVarint, toHex, varintSize, writeVarint } from "./index.ts";

const value = fc.oneof(fc.nat(0x3f), fc.nat(0x3fff), fc.nat(0x3fff_ffff));

function encode(number: number): Uint8Array {
  const bytes = new Uint8Array(varintSize(number));
  assert.equal(writeVarint(bytes, 0, number), bytes.length);
  return bytes;
}

function codeOf(bytes: Uint8Array, offset = 0): string {
  try {
    readVarint(bytes, offset);
  } catch (error) {
    assert.ok(error instanceof DecodeError, String(error));
    return error.code;
  }
  return "";
}

test("the samples of RFC 9000 appendix A.1 that MLS allows read and write as printed there", () => {
  for (const [hex, number] of [
    ["9d7f3e7d", 494_878_333],
    ["7bbd", 15_293],
    ["25", 37],
  ] as const) {
    assert.deepEqual(readVarint(fromHex(hex), 0), { value: number, size: hex.length / 2 });
    assert.equal(toHex(encode(number)), hex);
  }
});

test("the samples of RFC 9000 appendix A.1 that MLS forbids are refused", () => {
  assert.equal(codeOf(fromHex("c2197c5eff14e88c")), "varint-too-long");
  assert.equal(codeOf(fromHex("4025")), "varint-not-minimal");
});

test("each size ends where the next begins", () => {
  for (const [number, hex] of [
    [0, "00"],
    [0x3f, "3f"],
    [0x40, "4040"],
    [0x3fff, "7fff"],
    [0x4000, "80004000"],
    [0x3fff_ffff, "bfffffff"],
  ] as const) {
    assert.equal(toHex(encode(number)), hex);
  }
});

test("what was written reads back, at any offset", () => {
  fc.assert(
    fc.property(value, fc.nat(5), (number, offset) => {
      const bytes = new Uint8Array(offset + 4);
      const size = writeVarint(bytes, offset, number);
      assert.deepEqual(readVarint(bytes, offset), { value: number, size });
    }),
  );
});

test("any bytes are one canonical varint or a DecodeError", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 8 }), (bytes) => {
      if (codeOf(bytes) !== "") return;
      const { value: number, size } = readVarint(bytes, 0);
      assert.deepEqual(encode(number), bytes.slice(0, size));
    }),
  );
});

test("every cut of a varint is truncated", () => {
  fc.assert(
    fc.property(value, (number) => {
      const bytes = encode(number);
      for (let length = 0; length < bytes.length; length++) assert.equal(codeOf(bytes.slice(0, length)), "truncated");
    }),
  );
});

test("a number that has no varint is not written", () => {
  for (const number of [-1, 0x4000_0000, 0.5, Number.NaN]) {
    assert.throws(() => writeVarint(new Uint8Array(8), 0, number), RangeError);
  }
});
