/** What one may do with the records of a vault. */

export type ListOptions = {
  /** Only keys that begin so. Cheap from 16 bytes on, or where all keys of the table have at most 16. */
  readonly prefix?: Uint8Array;
  /** Only keys behind this one, in the direction of the list. */
  readonly after?: Uint8Array;
  readonly limit?: number;
  readonly reverse?: boolean;
};

export type VaultRow = { readonly key: Uint8Array; readonly value: Uint8Array };

/** Keys are bytes, or text as its UTF-8, and have at most 255 bytes. Lists are in the order of the bytes. */
export interface VaultReader {
  get(table: string, key: Uint8Array | string): Uint8Array | undefined;
  list(table: string, options?: ListOptions): VaultRow[];
  /** As `list`, without opening the values. */
  keys(table: string, options?: ListOptions): Uint8Array[];
}

/** `durable: false` for what would be done again without harm. */
export type TransactionOptions = { readonly durable?: boolean };

export interface VaultTransaction extends VaultReader {
  put(table: string, key: Uint8Array | string, value: Uint8Array): void;
  /** Sealed under the key of `scope`, such as a group's id; read like any other row. */
  putUnder(scope: Uint8Array, table: string, key: Uint8Array | string, value: Uint8Array): void;
  delete(table: string, key: Uint8Array | string): void;
  /** Deletes a secret: nothing of it is left in the files once the transaction has returned. */
  erase(table: string, key: Uint8Array | string): void;
  /** Replaces the key of `scope`: what was overwritten or deleted under the old one can be read by nobody. */
  renew(scope: Uint8Array): void;
  /** Erases everything under `scope`, with its key. */
  forget(scope: Uint8Array): void;
}
