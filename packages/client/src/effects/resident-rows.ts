/** Rows of small tables that every step looks at, kept in memory as the vault has them. */
import { toHex } from "@quicprochat/bytes";
import type { Row, Write } from "../step/draft.ts";
import type { VaultReader } from "../vault/vault-reader.ts";

export class ResidentRows {
  readonly #vault: VaultReader;
  readonly #tables = new Map<string, Map<string, Row>>();

  constructor(vault: VaultReader) {
    this.#vault = vault;
  }

  get(table: string, key: Uint8Array): Uint8Array | undefined {
    return this.#table(table).get(toHex(key))?.value;
  }

  /** In no particular order. */
  list(table: string, prefix: Uint8Array): readonly Row[] {
    const rows = [...this.#table(table)];
    const begins = toHex(prefix);
    return rows.filter(([key]) => key.startsWith(begins)).map(([, row]) => row);
  }

  /** What has become durable. */
  apply(writes: readonly Write[]): void {
    for (const { table, key, value } of writes) {
      const rows = this.#tables.get(table.name);
      if (value === undefined) rows?.delete(toHex(key));
      else rows?.set(toHex(key), { key, value });
    }
  }

  clear(): void {
    this.#tables.clear();
  }

  #table(name: string): Map<string, Row> {
    const known = this.#tables.get(name);
    if (known !== undefined) return known;
    const rows = new Map(this.#vault.list(name).map((row) => [toHex(row.key), row]));
    this.#tables.set(name, rows);
    return rows;
  }
}
