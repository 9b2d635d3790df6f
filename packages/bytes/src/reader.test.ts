import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { DecodeError, decodeWhole, encodeWith, fromHex, Reader, toHex, Writer } from "./index.ts";

/** One step of a codec: how it is written, and how it is read. */
type Field =
  | { readonly kind: "u8" | "u16" | "u32" | "varint"; readonly value: number }
  | { readonly kind: "u64"; readonly value: bigint }
  | { readonly kind: "fixed" | "vector" | "vector32"; readonly value: Uint8Array };

const bytes = fc.uint8Array({ maxLength: 400 });
const field: fc.Arbitrary<Field> = fc.oneof(
  fc.record({ kind: fc.constant("u8" as const), value: fc.nat(0xff) }),
  fc.record({ kind: fc.constant("u16" as const), value: fc.nat(0xffff) }),
  fc.record({ kind: fc.constant("u32" as const), value: fc.nat(0xffff_ffff) }),
  fc.record({ kind: fc.constant("varint" as const), value: fc.nat(0x3fff_ffff) }),
  fc.record({ kind: fc.constant("u64" as const), value: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }) }),
  fc.record({ kind: fc.constantFrom("fixed" as const, "vector" as const, "vector32" as const), value: bytes }),
);

function writeField(writer: Writer, one: Field): void {
  switch (one.kind) {
    case "u64":
      writer.u64(one.value);
      break;
    case "fixed":
    case "vector":
    case "vector32":
      writer[one.kind](one.value);
      break;
    case "u8":
    case "u16":
    case "u32":
    case "varint":
      writer[one.kind](one.value);
  }
}

function readField(reader: Reader, one: Field): number | bigint | Uint8Array {
  switch (one.kind) {
    case "fixed":
      return reader.fixed(one.value.length);
    case "vector32":
      return reader.vector32(400);
    case "u8":
    case "u16":
    case "u32":
    case "u64":
    case "varint":
    case "vector":
      return reader[one.kind]();
  }
}

const write = (fields: readonly Field[]): Uint8Array =>
  encodeWith((writer) => {
    for (const one of fields) writeField(writer, one);
  });

test("integers are big-endian", () => {
  const written = encodeWith((writer) => writer.u8(1).u16(0x0203).u32(0x04050607).u64(0x08090a0b0c0d0e0fn));
  assert.equal(toHex(written), "0102030405060708090a0b0c0d0e0f");
});

test("vectors carry their length in front", () => {
  const written = encodeWith((writer) => writer.vector(Uint8Array.of(9, 9)).vector32(Uint8Array.of(7)).zeros(2));
  assert.equal(toHex(written), "020909" + "0000000107" + "0000");
});

test("a nested vector is its content behind the content's length", () => {
  const inner = encodeWith((writer) => writer.u32(1).u32(2));
  const nested = encodeWith((writer) => writer.nested((nestedWriter) => nestedWriter.u32(1).u32(2)));
  assert.deepEqual(
    nested,
    encodeWith((writer) => writer.vector(inner)),
  );
});

test("fields of all kinds read back as they were written, and leave nothing", () => {
  fc.assert(
    fc.property(fc.array(field, { maxLength: 40 }), (fields) => {
      const read = decodeWhole(write(fields), (reader) => fields.map((one) => readField(reader, one)));
      assert.deepEqual(
        read,
        fields.map(({ value }) => value),
      );
    }),
  );
});

test("every cut of an encoding is a DecodeError", () => {
  fc.assert(
    fc.property(fc.array(field, { minLength: 1, maxLength: 6 }), fc.nat(), (fields, cut) => {
      const whole = write(fields);
      if (whole.length === 0) return;
      const part = whole.slice(0, cut % whole.length);
      assert.throws(() => decodeWhole(part, (reader) => fields.map((one) => readField(reader, one))), DecodeError);
    }),
  );
});

test("random bytes under any sequence of reads give values or a DecodeError", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.array(field, { maxLength: 8 }), (input, fields) => {
      try {
        const read = decodeWhole(input, (reader) => fields.map((one) => readField(reader, one)));
        const again = fields.map((one, at): Field => Object.assign({ ...one }, { value: read[at] }));
        assert.deepEqual(write(again), input);
      } catch (error) {
        assert.ok(error instanceof DecodeError, String(error));
      }
    }),
  );
});

test("bytes behind the end of a structure are refused", () => {
  assert.throws(() => decodeWhole(fromHex("0102"), (reader) => reader.u8()), { code: "trailing-bytes", offset: 1 });
});

test("a read past the end says where it began and moves nothing", () => {
  const reader = new Reader(fromHex("010203"));
  reader.u8();
  assert.throws(() => reader.u32(), { code: "truncated", offset: 1 });
  assert.equal(reader.offset, 1);
  assert.equal(reader.u16(), 0x0203);
});

test("a vector longer than its maximum is refused before its bytes are looked for", () => {
  const reader = new Reader(fromHex("ffffffff00"));
  assert.throws(() => reader.vector32(10), { code: "too-long", offset: 0 });
});

test("a reader of a part of a buffer sees that part only", () => {
  const whole = fromHex("aabbccddee");
  const reader = new Reader(whole.subarray(1, 3));
  assert.equal(reader.u16(), 0xbbcc);
  assert.equal(reader.remaining, 0);
  assert.throws(() => reader.u8(), DecodeError);
});

test("what a reader could not use it reports at its place", () => {
  const reader = new Reader(fromHex("0102"));
  reader.u8();
  const error = reader.error("bad-value");
  assert.deepEqual([error.code, error.offset, error.message], ["bad-value", 1, "bad-value at byte 1"]);
  assert.deepEqual(reader.rest(), Uint8Array.of(2));
});

test("a writer's result does not change when it goes on writing", () => {
  const writer = new Writer(1);
  const first = writer.u8(1).finish();
  writer.fixed(new Uint8Array(1_000).fill(7));
  assert.deepEqual(first, Uint8Array.of(1));
  assert.equal(writer.length, 1_001);
});

test("an integer that does not fit its field is not written", () => {
  for (const write of [
    (writer: Writer) => writer.u8(0x100),
    (writer: Writer) => writer.u16(0x1_0000),
    (writer: Writer) => writer.u32(0x1_0000_0000),
    (writer: Writer) => writer.u32(-1),
    (writer: Writer) => writer.u8(1.5),
    (writer: Writer) => writer.u64(2n ** 64n),
    (writer: Writer) => writer.u64(-1n),
  ]) {
    assert.throws(() => encodeWith(write), RangeError);
  }
});
