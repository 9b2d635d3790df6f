/** Vectors of structures, RFC 9420 section 2.1: a byte length, then elements until it is used up. */
import { Reader, type Writer } from "@quicprochat/bytes";

export function readVectorOf<T>(reader: Reader, read: (inner: Reader) => T): T[] {
  const inner = new Reader(reader.vector());
  const items: T[] = [];
  while (inner.remaining > 0) items.push(read(inner));
  return items;
}

export function writeVectorOf<T>(writer: Writer, items: readonly T[], write: (inner: Writer, item: T) => void): void {
  writer.nested((inner) => {
    for (const item of items) write(inner, item);
  });
}

/** `optional<T>`: a presence byte of 0 or 1. */
export function readOptional<T>(reader: Reader, read: (reader: Reader) => T): T | undefined {
  const present = reader.u8();
  if (present > 1) throw reader.error("bad-optional");
  return present === 1 ? read(reader) : undefined;
}

export function writeOptional<T>(
  writer: Writer,
  value: T | undefined,
  write: (writer: Writer, value: T) => void,
): void {
  if (value === undefined) {
    writer.u8(0);
  } else {
    writer.u8(1);
    write(writer, value);
  }
}
