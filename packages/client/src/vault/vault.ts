/** Everything that a client keeps, sealed: an ordered map for each table, changed by transactions. docs/protocol.md, "Vault". */
import { toUtf8 } from "@quicprochat/bytes";
import { kdf, type Random, Secret } from "@quicprochat/crypto";
import { Failure } from "../failure.ts";
import { limits } from "../limits.ts";
import { KeyIndex } from "./key-index.ts";
import { openRecord, sealRecord } from "./record-seal.ts";
import { RowNames } from "./row-names.ts";
import { ScopeKeys } from "./scope-keys.ts";
import { tellingFailures, vaultFailure } from "./vault-failure.ts";
import type { VaultFile } from "./vault-file.ts";
import type { ListOptions, TransactionOptions, VaultReader, VaultRow, VaultTransaction } from "./vault-reader.ts";

export type { ListOptions, TransactionOptions, VaultReader, VaultRow, VaultTransaction } from "./vault-reader.ts";

export class Vault implements VaultReader, Disposable {
  readonly #file: VaultFile;
  readonly #random: Random;
  readonly #names: RowNames;
  readonly #recordKey: Secret;
  readonly #scopes: ScopeKeys;
  readonly #index: KeyIndex;
  #inTransaction = false;
  #erasing = false;
  /** Since the log was last truncated, which until then holds the ratchets that they replaced. */
  #scopedWrites = 0;

  /** Owns the file. `vaultKey` may go afterwards. */
  constructor(file: VaultFile, vaultKey: Secret, random: Random) {
    this.#file = file;
    this.#random = random;
    this.#names = new RowNames(vaultKey);
    this.#recordKey = new Secret(kdf(vaultKey.bytes, "vault record", new Uint8Array(0)));
    this.#scopes = new ScopeKeys({ file, recordKey: this.#recordKey, random });
    this.#index = new KeyIndex(file, this.#names);
  }

  /**
   * All of it or nothing; durable when it returns, unless it may get lost with the machine's power until a later one
   * is. `work` must not wait for anything, and not call this again.
   */
  transaction<T>(work: (tx: VaultTransaction) => T, { durable = true }: TransactionOptions = {}): T {
    if (this.#inTransaction) throw new Error("a transaction runs already");
    this.#inTransaction = true;
    try {
      const result = this.#file.transaction(() => work(this.#writer), { durable });
      this.#truncateLog();
      return result;
    } catch (error) {
      this.#index.clear();
      this.#scopes.clear();
      throw error;
    } finally {
      this.#inTransaction = false;
    }
  }

  /** What has become durable is so even when this fails: then the next transaction tries again, or the next opening. */
  #truncateLog(): void {
    if (!this.#erasing && this.#scopedWrites < limits.vaultScopedWritesMax) return;
    try {
      this.#file.truncateLog();
    } catch (error) {
      if (error instanceof Failure) return;
      throw error;
    }
    this.#erasing = false;
    this.#scopedWrites = 0;
  }

  get(table: string, key: Uint8Array | string): Uint8Array | undefined {
    return tellingFailures(() => this.#get(table, bytesOf(key)));
  }

  list(table: string, options: ListOptions = {}): VaultRow[] {
    return this.keys(table, options).map((key) => {
      const value = this.get(table, key);
      if (value === undefined) throw vaultFailure("vault_damaged");
      return { key, value };
    });
  }

  keys(table: string, options: ListOptions = {}): Uint8Array[] {
    return tellingFailures(() => this.#index.select(table, options));
  }

  close(): void {
    this[Symbol.dispose]();
  }

  #get(table: string, key: Uint8Array): Uint8Array | undefined {
    const row = this.#names.row(table, key);
    const stored = this.#file.get(row);
    if (stored === undefined) return undefined;
    const under = stored.scope === undefined ? this.#recordKey : this.#scopes.get(stored.scope);
    const value = under === undefined ? undefined : openRecord({ key: under.bytes, row }, stored.sealed);
    if (value === undefined) throw vaultFailure("vault_damaged");
    return value;
  }

  [Symbol.dispose](): void {
    this.#file[Symbol.dispose]();
    this.#scopes[Symbol.dispose]();
    this.#names[Symbol.dispose]();
    this.#recordKey.erase();
    this.#index.clear();
  }

  readonly #writer: VaultTransaction = {
    get: (table, key) => this.get(table, key),
    list: (table, options) => this.list(table, options),
    keys: (table, options) => this.keys(table, options),
    put: (table, key, value) => this.#put({ table, key: bytesOf(key), value, scope: undefined }),
    putUnder: (scope, table, key, value) =>
      this.#put({ table, key: bytesOf(key), value, scope: this.#names.scope(scope) }),
    delete: (table, key) => this.#delete(table, bytesOf(key)),
    erase: (table, key) => {
      this.#erasing = true;
      this.#delete(table, bytesOf(key));
    },
    renew: (scope) => {
      this.#erasing = true;
      this.#scopes.renew(this.#names.scope(scope));
    },
    forget: (scope) => {
      this.#erasing = true;
      this.#scopes.forget(this.#names.scope(scope));
      // Which keys went is not known without opening each.
      this.#index.clear();
    },
  };

  #put({ table, key, value, scope }: Placed): void {
    const under = scope === undefined ? this.#recordKey : (this.#scopes.get(scope) ?? this.#scopes.create(scope));
    const row = this.#names.row(table, key);
    if (scope !== undefined) this.#scopedWrites++;
    this.#file.put({
      row,
      bucket: this.#names.bucketOf(table, key),
      name: this.#names.sealKey(row, key),
      scope,
      sealed: sealRecord({ key: under.bytes, row }, value, this.#random),
    });
    // A copy: the caller may use its buffer again.
    this.#index.added(table, key.slice());
  }

  #delete(table: string, key: Uint8Array): void {
    if (this.#file.delete(this.#names.row(table, key))) this.#index.removed(table, key);
  }
}

type Placed = {
  readonly table: string;
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  readonly scope: Uint8Array | undefined;
};

const bytesOf = (key: Uint8Array | string): Uint8Array => (typeof key === "string" ? toUtf8(key) : key);
