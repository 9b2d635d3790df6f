/** A named table of the vault with the codec of its records. */
import { encodeWith } from "@quicprochat/bytes";
import type { Codec } from "./codec.ts";

export type Table<T> = {
  readonly name: string;
  readonly codec: Codec<T>;
  /** Whether its rows lie under the key of the group whose id their keys begin with. */
  readonly scoped: boolean;
};

export const table = <T>(name: string, itsCodec: Codec<T>): Table<T> => ({ name, codec: itsCodec, scoped: false });

/** For secrets of one group: they go when its key is replaced or forgotten, whatever the disk still holds. */
export const secretTable = <T>(name: string, itsCodec: Codec<T>): Table<T> => ({
  name,
  codec: itsCodec,
  scoped: true,
});

/** A key of several fields: each must have a fixed size, so that rows sort by field. */
export const keyOf = (...fields: readonly Uint8Array[]): Uint8Array =>
  encodeWith((writer) => {
    for (const field of fields) writer.fixed(field);
  });

export const counterKey = (counter: bigint): Uint8Array => encodeWith((writer) => writer.u64(counter));
