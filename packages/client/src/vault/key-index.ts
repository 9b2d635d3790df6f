/** The keys of each bucket in order, read when first listed and kept: nobody else writes while this vault is open. */
import { compareBytes, toHex } from "@quicprochat/bytes";
import type { RowNames } from "./row-names.ts";
import { bucketPrefixBytes } from "./row-names.ts";
import { insertKey, removeKey, selectKeys } from "./sorted-keys.ts";
import { vaultFailure } from "./vault-failure.ts";
import type { VaultFile } from "./vault-file.ts";
import type { ListOptions } from "./vault-reader.ts";

export class KeyIndex {
  readonly #file: VaultFile;
  readonly #names: RowNames;
  readonly #buckets = new Map<string, Uint8Array[]>();

  constructor(file: VaultFile, names: RowNames) {
    this.#file = file;
    this.#names = names;
  }

  select(table: string, options: ListOptions): Uint8Array[] {
    return selectKeys(this.#candidates(table, options.prefix), options);
  }

  added(table: string, key: Uint8Array): void {
    const sorted = this.#buckets.get(toHex(this.#names.bucketOf(table, key)));
    if (sorted !== undefined) insertKey(sorted, key);
  }

  removed(table: string, key: Uint8Array): void {
    const sorted = this.#buckets.get(toHex(this.#names.bucketOf(table, key)));
    if (sorted !== undefined) removeKey(sorted, key);
  }

  /** After a step that was taken back. */
  clear(): void {
    this.#buckets.clear();
  }

  /** A superset of the keys that begin with `prefix`, in order. */
  #candidates(table: string, prefix: Uint8Array | undefined): readonly Uint8Array[] {
    if (prefix === undefined || prefix.length < bucketPrefixBytes) return this.#all(table);
    const keys = this.#bucket(this.#names.bucket(table, prefix.subarray(0, bucketPrefixBytes)));
    // Just 16 bytes: a key may be the prefix itself, and short keys lie elsewhere.
    const itself = prefix.length === bucketPrefixBytes && this.#file.has(this.#names.row(table, prefix));
    return itself ? [prefix.slice(), ...keys] : keys;
  }

  #all(table: string): readonly Uint8Array[] {
    const buckets = this.#file.buckets(this.#names.family(table)).map((bucket) => this.#bucket(bucket));
    const [only] = buckets;
    if (buckets.length === 1 && only !== undefined) return only;
    return buckets.flat().sort(compareBytes);
  }

  #bucket(bucket: Uint8Array): Uint8Array[] {
    const name = toHex(bucket);
    const known = this.#buckets.get(name);
    if (known !== undefined) return known;
    const keys = this.#file.namesIn(bucket).map(({ row, name: sealed }) => {
      const key = this.#names.openKey(row, sealed);
      if (key === undefined) throw vaultFailure("vault_damaged");
      return key;
    });
    keys.sort(compareBytes);
    this.#buckets.set(name, keys);
    return keys;
  }
}
