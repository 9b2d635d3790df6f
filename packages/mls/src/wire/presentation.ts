/** The presentation language of RFC 9420 section 2.1: vectors of structures, optionals, and opaque fields. */
import { decodeWhole, encodeWith, Reader, type Writer } from "@quicprochat/bytes";

export type Read<T> = (reader: Reader) => T;
export type Write<T> = (writer: Writer, value: T) => void;

/** `opaque x<V>` as a copy, so that a decoded structure does not keep its whole message alive. */
export const readOpaque = (reader: Reader): Uint8Array => reader.vector().slice();

export function readList<T>(reader: Reader, readItem: Read<T>): readonly T[] {
  const inner = new Reader(reader.vector());
  const items: T[] = [];
  while (inner.remaining > 0) items.push(readItem(inner));
  return items;
}

export function writeList<T>(writer: Writer, items: readonly T[], writeItem: Write<T>): void {
  writer.nested((inner) => {
    for (const item of items) writeItem(inner, item);
  });
}

export const readU16 = (reader: Reader): number => reader.u16();
export const readU32 = (reader: Reader): number => reader.u32();

export function writeU16(writer: Writer, value: number): void {
  writer.u16(value);
}

export function writeU32(writer: Writer, value: number): void {
  writer.u32(value);
}

export function readOptional<T>(reader: Reader, readValue: Read<T>): T | undefined {
  const presence = reader.u8();
  if (presence === 0) return undefined;
  if (presence !== 1) throw reader.error("bad-presence-octet");
  return readValue(reader);
}

export function writeOptional<T>(writer: Writer, value: T | undefined, writeValue: Write<T>): void {
  writer.u8(value === undefined ? 0 : 1);
  if (value !== undefined) writeValue(writer, value);
}

/** A codec's two public functions: whole buffers in and out. */
export const encode = <T>(write: Write<T>, value: T): Uint8Array => encodeWith((writer) => write(writer, value));

export const decode = <T>(read: Read<T>, bytes: Uint8Array): T => decodeWhole(bytes, read);
