/** Messages of the .proto files as bytes, behind the one error of every decoder. */
import {
  create,
  type DescMessage,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import { DecodeError } from "@quicprochat/bytes";
import { requireFewFields } from "./few-fields.ts";

export function encodeMessage<Desc extends DescMessage>(schema: Desc, message: MessageInitShape<Desc>): Uint8Array {
  return toBinary(schema, create(schema, message));
}

/** Throws `DecodeError("bad-message")`. Fields of newer versions are skipped and not kept. */
export function decodeMessage<Desc extends DescMessage>(schema: Desc, bytes: Uint8Array): MessageShape<Desc> {
  requireFewFields(schema, bytes);
  try {
    return fromBinary(schema, bytes, { readUnknownFields: false });
  } catch {
    throw new DecodeError("bad-message");
  }
}
