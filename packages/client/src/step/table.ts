/** A named table of the vault with the codec of its records. */
import { encodeWith } from "@quicprochat/bytes";
import type { Codec } from "./codec.ts";

export type Table<T> = { readonly name: string; readonly codec: Codec<T> };

export const table = <T>(name: string, itsCodec: Codec<T>): Table<T> => ({ name, codec: itsCodec });

/** A key of several fields: each must have a fixed size, so that rows sort by field. */
export const keyOf = (...fields: readonly Uint8Array[]): Uint8Array =>
  encodeWith((writer) => {
    for (const field of fields) writer.fixed(field);
  });

export const counterKey = (counter: bigint): Uint8Array => encodeWith((writer) => writer.u64(counter));
