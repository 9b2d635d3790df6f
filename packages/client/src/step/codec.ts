/** How records are written in the vault: a version, then fields in order. */
import { decodeWhole, encodeWith, fromUtf8, type Reader, toUtf8, type Writer } from "@quicprochat/bytes";

export type Codec<T> = { readonly encode: (value: T) => Uint8Array; readonly decode: (bytes: Uint8Array) => T };

type Shape<T> = {
  readonly version: number;
  readonly write: (writer: Writer, value: T) => void;
  readonly read: (reader: Reader) => T;
};

/** `decode` throws `DecodeError`: for a record of our own vault that means damage, or a newer program. */
export function codec<T>({ version, write, read }: Shape<T>): Codec<T> {
  return {
    encode: (value) => encodeWith((writer) => write(writer.u8(version), value)),
    decode: (bytes) =>
      decodeWhole(bytes, (reader) => {
        if (reader.u8() !== version) throw reader.error("unknown-record-version");
        return read(reader);
      }),
  };
}

const LENGTH_MAX = 2 ** 31;

/** A copy, so that a record does not keep the buffer that it came from alive. */
export const readBytes = (reader: Reader): Uint8Array => reader.vector32(LENGTH_MAX).slice();

export const readText = (reader: Reader): string => fromUtf8(reader.vector32(LENGTH_MAX));

export const writeText = (writer: Writer, text: string): Writer => writer.vector32(toUtf8(text));

export const readFlag = (reader: Reader): boolean => reader.u8() !== 0;

export const writeFlag = (writer: Writer, flag: boolean): Writer => writer.u8(flag ? 1 : 0);

/** Milliseconds since 1970 and other counts that a number holds exactly. */
export const readCount = (reader: Reader): number => Number(reader.u64());

export const writeCount = (writer: Writer, count: number): Writer => writer.u64(BigInt(count));

export function readMany<T>(reader: Reader, readOne: (reader: Reader) => T): T[] {
  const count = reader.u32();
  const items: T[] = [];
  for (let at = 0; at < count; at++) items.push(readOne(reader));
  return items;
}

export function writeMany<T>(writer: Writer, items: readonly T[], writeOne: (writer: Writer, item: T) => void): Writer {
  writer.u32(items.length);
  for (const item of items) writeOne(writer, item);
  return writer;
}

/** One of a fixed list of words, as its place in that list: append only. */
export function readWord<Word extends string>(reader: Reader, words: readonly Word[]): Word {
  const word = words[reader.u8()];
  if (word === undefined) throw reader.error("unknown-word");
  return word;
}

export const writeWord = <Word extends string>(writer: Writer, words: readonly Word[], word: Word): Writer =>
  writer.u8(words.indexOf(word));
