/** Counts the fields of a message before it is decoded: two bytes on the wire can become hundreds in memory. */
import type { DescField, DescMessage } from "@bufbuild/protobuf";
import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";
import { DecodeError } from "@quicprochat/bytes";
import { limits } from "./limits.ts";

/** Throws `DecodeError`, also for what no decoder would take. */
export function requireFewFields(schema: DescMessage, bytes: Uint8Array): void {
  try {
    countFields(schema, bytes, 0);
  } catch (error) {
    throw error instanceof DecodeError ? error : new DecodeError("bad-message");
  }
}

/** The count with those of this message. */
function countFields(schema: DescMessage, bytes: Uint8Array, before: number): number {
  const reader = new BinaryReader(bytes);
  let count = before;
  while (reader.pos < reader.len) {
    if (++count > limits.messageFieldsMax) throw new DecodeError("too-many-fields", reader.pos);
    const [number, wireType] = reader.tag();
    // proto3 has no groups, and skipping nested ones costs stack.
    if (wireType === WireType.StartGroup) throw new DecodeError("bad-message", reader.pos);
    const inner = wireType === WireType.LengthDelimited ? messageOf(fieldOf(schema, number)) : undefined;
    if (inner === undefined) reader.skip(wireType, number);
    else count = countFields(inner, reader.bytes(), count);
  }
  return count;
}

const fieldOf = ({ fields }: DescMessage, number: number): DescField | undefined =>
  fields.find((field) => field.number === number);

const messageOf = (field: DescField | undefined): DescMessage | undefined => field?.message;
