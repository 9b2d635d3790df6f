/** A named table of the vault with the codec of its records. */
import { encodeWith } from "@quicprochat/bytes";
import type { Codec } from "./codec.ts";

export type Table<T> = {
  readonly name: string;
  readonly codec: Codec<T>;
  /** Whether its rows lie under the key of the group whose id their keys begin with. */
  readonly scoped: boolean;
  /** Whether its rows, few and often looked at, stay in memory. */
  readonly resident: boolean;
};

type TableOptions = { readonly scoped?: boolean; readonly resident?: boolean };

export function table<T>(
  name: string,
  itsCodec: Codec<T>,
  { scoped = false, resident = false }: TableOptions = {},
): Table<T> {
  return { name, codec: resident ? remembering(itsCodec) : itsCodec, scoped, resident };
}

/** Decodes the same bytes once: the rows that stay in memory are decoded by every step. */
function remembering<T>({ encode, decode }: Codec<T>): Codec<T> {
  const decoded = new WeakMap<Uint8Array, { readonly value: T }>();
  return {
    encode,
    decode: (bytes) => {
      const known = decoded.get(bytes) ?? { value: decode(bytes) };
      decoded.set(bytes, known);
      return known.value;
    },
  };
}

/** A key of several fields: each must have a fixed size, so that rows sort by field. */
export const keyOf = (...fields: readonly Uint8Array[]): Uint8Array =>
  encodeWith((writer) => {
    for (const field of fields) writer.fixed(field);
  });

export const counterKey = (counter: bigint): Uint8Array => encodeWith((writer) => writer.u64(counter));
