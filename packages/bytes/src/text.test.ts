import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  compareBytes,
  concatBytes,
  DecodeError,
  equalBytes,
  fromBase64Url,
  fromHex,
  fromUtf8,
  toBase64Url,
  toHex,
  toUtf8,
} from "./index.ts";

const bytes = fc.uint8Array({ maxLength: 80 });
/** Near enough to an encoding that both outcomes happen. */
const almostText = fc.oneof(
  fc.string(),
  fc.string({ unit: fc.constantFrom(...Array.from("0123456789abcdefABCDEF-_=+/ \n")) }),
  bytes.map(toBase64Url),
  bytes.map((input) => Buffer.from(input).toString("base64")),
);

function decoded<T>(decode: () => T): T | undefined {
  try {
    return decode();
  } catch (error) {
    assert.ok(error instanceof DecodeError, String(error));
    return undefined;
  }
}

test("hex, base64url and UTF-8 read back as they were written", () => {
  fc.assert(
    fc.property(bytes, fc.string({ unit: "binary" }), (input, text) => {
      assert.deepEqual(fromHex(toHex(input)), input);
      assert.deepEqual(fromHex(toHex(input).toUpperCase()), input);
      assert.deepEqual(fromBase64Url(toBase64Url(input)), input);
      assert.equal(fromUtf8(toUtf8(text)), text);
    }),
  );
});

test("the examples of RFC 4648 section 10 are right, in base64url without padding", () => {
  const examples = { "": "", f: "Zg", fo: "Zm8", foo: "Zm9v", foob: "Zm9vYg", fooba: "Zm9vYmE", foobar: "Zm9vYmFy" };
  for (const [text, encoded] of Object.entries(examples)) assert.equal(toBase64Url(toUtf8(text)), encoded);
  assert.equal(toBase64Url(Uint8Array.of(0xfb, 0xff)), "-_8");
  assert.equal(toHex(toUtf8("foobar")), "666f6f626172");
});

test("any text is hex or a DecodeError", () => {
  fc.assert(
    fc.property(almostText, (text) => {
      const read = decoded(() => fromHex(text));
      if (read !== undefined) assert.equal(toHex(read), text.toLowerCase());
    }),
  );
});

test("any text is the one canonical base64url of its bytes or a DecodeError", () => {
  fc.assert(
    fc.property(almostText, (text) => {
      const read = decoded(() => fromBase64Url(text));
      if (read !== undefined) assert.equal(toBase64Url(read), text);
    }),
  );
});

test("padding, other alphabets, spaces and stray bits are no base64url", () => {
  for (const text of ["Zg==", "+/8", "Zm 8", "Zm8\n", "Zh", "Zm9", "Z"]) {
    assert.throws(() => fromBase64Url(text), { code: "bad-base64url" }, text);
  }
});

test("odd lengths and other letters are no hex", () => {
  for (const text of ["a", "0g", "0x00", " 00", "００"]) assert.throws(() => fromHex(text), { code: "bad-hex" }, text);
});

test("any bytes are UTF-8 or a DecodeError, and a byte order mark is kept", () => {
  fc.assert(
    fc.property(bytes, (input) => {
      const read = decoded(() => fromUtf8(input));
      if (read !== undefined) assert.deepEqual(toUtf8(read), input);
    }),
  );
  for (const hex of ["ff", "c0af", "eda080", "f4908080", "e282"]) {
    assert.throws(() => fromUtf8(fromHex(hex)), { code: "bad-utf8" }, hex);
  }
  assert.equal(fromUtf8(fromHex("efbbbf41")), "\ufeffA");
});

test("decoded bytes do not share memory with anything else", () => {
  const one = fromHex("00");
  assert.equal(one.buffer.byteLength, one.length);
  assert.equal(fromBase64Url("AA").buffer.byteLength, 1);
});

test("bytes are equal when their content is", () => {
  fc.assert(
    fc.property(bytes, bytes, (one, other) => {
      assert.ok(equalBytes(one, one.slice()));
      assert.equal(equalBytes(one, other), toHex(one) === toHex(other));
      assert.equal(compareBytes(one, other) === 0, equalBytes(one, other));
      assert.equal(compareBytes(one, other) + compareBytes(other, one), 0);
    }),
  );
  assert.equal(compareBytes(fromHex("01"), fromHex("0100")), -1);
  assert.equal(compareBytes(fromHex("02"), fromHex("01ff")), 1);
});

test("joined bytes are the parts, in order, in memory of their own", () => {
  fc.assert(
    fc.property(fc.array(bytes, { maxLength: 5 }), (parts) => {
      const joined = concatBytes(...parts);
      assert.equal(toHex(joined), parts.map(toHex).join(""));
      for (const part of parts) assert.notEqual(joined.buffer, part.buffer);
    }),
  );
});
