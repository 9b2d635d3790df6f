/** A vault in memory, for tests of the engine: all or nothing like the real one. */
import { toHex, toUtf8 } from "@quicprochat/bytes";
import type { Storage } from "../src/effects/core.ts";
import type { ListOptions, VaultRow, VaultTransaction } from "../src/vault/vault-reader.ts";

type Rows = Map<string, VaultRow & { readonly scope: string | undefined }>;

export class MemoryVault implements Storage {
  #tables = new Map<string, Rows>();

  get(table: string, key: Uint8Array | string): Uint8Array | undefined {
    return this.#tables.get(table)?.get(hexOf(key))?.value;
  }

  list(table: string, { prefix, after, limit, reverse = false }: ListOptions = {}): VaultRow[] {
    const [begins, behind] = [prefix && toHex(prefix), after && toHex(after)];
    const rows = [...(this.#tables.get(table) ?? [])]
      .filter(([key]) => begins === undefined || key.startsWith(begins))
      .toSorted(([one], [other]) => (one < other ? -1 : 1));
    if (reverse) rows.reverse();
    const from = rows.filter(([key]) => behind === undefined || (reverse ? key < behind : key > behind));
    return from.slice(0, limit ?? from.length).map(([, row]) => row);
  }

  keys(table: string, options?: ListOptions): Uint8Array[] {
    return this.list(table, options).map(({ key }) => key);
  }

  transaction(work: (tx: VaultTransaction) => void): void {
    const former = new Map(Array.from(this.#tables, ([name, rows]) => [name, new Map(rows)] as const));
    try {
      work(this.#writer);
    } catch (error) {
      this.#tables = former;
      throw error;
    }
  }

  readonly #writer: VaultTransaction = {
    get: (table, key) => this.get(table, key),
    list: (table, options) => this.list(table, options),
    keys: (table, options) => this.keys(table, options),
    put: (table, key, value) => this.#put(table, key, value, undefined),
    putUnder: (scope, table, key, value) => this.#put(table, key, value, toHex(scope)),
    delete: (table, key) => void this.#tables.get(table)?.delete(hexOf(key)),
    erase: (table, key) => void this.#tables.get(table)?.delete(hexOf(key)),
    renew: () => {},
    forget: (scope) => {
      for (const rows of this.#tables.values()) {
        for (const [key, row] of rows) if (row.scope === toHex(scope)) rows.delete(key);
      }
    },
  };

  #put(table: string, key: Uint8Array | string, value: Uint8Array, scope: string | undefined): void {
    const rows = this.#tables.get(table) ?? new Map();
    this.#tables.set(table, rows);
    rows.set(hexOf(key), { key: bytesOf(key).slice(), value: value.slice(), scope });
  }
}

const bytesOf = (key: Uint8Array | string): Uint8Array => (typeof key === "string" ? toUtf8(key) : key);
const hexOf = (key: Uint8Array | string): string => toHex(bytesOf(key));
