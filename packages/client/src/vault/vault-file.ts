/** The vault's database: rows of sealed bytes, exclusively locked while it is open. */
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { concatBytes } from "@quicprochat/bytes";
import { tellingFailures, vaultFailure } from "./vault-failure.ts";

const FORMAT = 1;
/** "qpcv", so that `file` knows one of ours. */
const APPLICATION_ID = 0x71706376;

const schema = `
  CREATE TABLE header (one INTEGER PRIMARY KEY CHECK (one = 1), body BLOB NOT NULL) STRICT;
  CREATE TABLE scope (id BLOB PRIMARY KEY, sealed BLOB NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE record (
    at INTEGER PRIMARY KEY,
    row BLOB NOT NULL UNIQUE,
    bucket BLOB NOT NULL,
    name BLOB NOT NULL,
    scope BLOB,
    sealed BLOB NOT NULL
  ) STRICT;
  CREATE INDEX record_bucket ON record (bucket);
  CREATE INDEX record_scope ON record (scope) WHERE scope IS NOT NULL;
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${FORMAT};
`;

// biome-ignore format: one line for each statement
const sql = {
  header: "SELECT body FROM header",
  get: "SELECT scope, sealed FROM record WHERE row = ?",
  has: "SELECT 1 AS there FROM record WHERE row = ?",
  put: `INSERT INTO record (row, bucket, name, scope, sealed) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (row) DO UPDATE SET scope = excluded.scope, sealed = excluded.sealed`,
  delete: "DELETE FROM record WHERE row = ?",
  names: "SELECT row, name FROM record WHERE bucket = ?",
  buckets: "SELECT DISTINCT bucket FROM record WHERE bucket >= ? AND bucket <= ?",
  scope: "SELECT sealed FROM scope WHERE id = ?",
  putScope: "INSERT INTO scope (id, sealed) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET sealed = excluded.sealed",
  deleteScope: "DELETE FROM scope WHERE id = ?",
  rowsUnder: "SELECT row, sealed FROM record WHERE scope = ?",
  reseal: "UPDATE record SET sealed = ? WHERE row = ?",
  deleteUnder: "DELETE FROM record WHERE scope = ?",
} as const;

export type StoredRecord = { readonly scope: Uint8Array | undefined; readonly sealed: Uint8Array };
export type NamedRow = { readonly row: Uint8Array; readonly name: Uint8Array };
export type ScopedRow = { readonly row: Uint8Array; readonly sealed: Uint8Array };

export type NewRecord = NamedRow & StoredRecord & { readonly bucket: Uint8Array };

export class VaultFile implements Disposable {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  #durable = true;

  private constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** An empty file that holds this header and is whole, or is not there. */
  static create(path: string, header: Uint8Array): void {
    tellingFailures(() => {
      using database = new DatabaseSync(path);
      database.exec("PRAGMA synchronous = EXTRA; BEGIN");
      database.exec(schema);
      database.prepare("INSERT INTO header (one, body) VALUES (1, ?)").run(header);
      database.exec("COMMIT");
    });
  }

  static open(path: string): VaultFile {
    return tellingFailures(() => {
      const database = new DatabaseSync(path, { timeout: 0 });
      try {
        return VaultFile.#lock(database);
      } catch (error) {
        database.close();
        throw error;
      }
    });
  }

  /** The lock is the operating system's on the file: it goes with the process, however that ends. */
  static #lock(database: DatabaseSync): VaultFile {
    database.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA temp_store = MEMORY");
    const format = database.prepare("PRAGMA user_version").get()?.["user_version"];
    if (typeof format !== "number" || format < 1) throw vaultFailure("vault_damaged");
    if (format > FORMAT) throw vaultFailure("vault_newer");
    // Neither lasts: each process that opens the file must say both.
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON");
    database.exec("BEGIN IMMEDIATE; COMMIT");
    const file = new VaultFile(database);
    // What a killed process meant to erase.
    file.truncateLog();
    return file;
  }

  /** `undefined` when the file holds none. */
  header(): Uint8Array | undefined {
    return bytesIn(this.#statement("header").get(), "body");
  }

  /** Durable when it returns, or with the next one that is. A throw of `work` takes everything back. */
  transaction<T>(work: () => T, { durable }: { readonly durable: boolean }): T {
    return tellingFailures(() => {
      if (durable !== this.#durable) this.#database.exec(`PRAGMA synchronous = ${durable ? "FULL" : "NORMAL"}`);
      this.#durable = durable;
      this.#database.exec("BEGIN IMMEDIATE");
      try {
        const result = work();
        this.#database.exec("COMMIT");
        return result;
      } catch (error) {
        // A full disk may have rolled back already.
        if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
        throw error;
      }
    });
  }

  /** Nothing that was overwritten or deleted is left in the write-ahead log. */
  truncateLog(): void {
    tellingFailures(() => this.#database.exec("PRAGMA wal_checkpoint(TRUNCATE)"));
  }

  get(row: Uint8Array): StoredRecord | undefined {
    const found = this.#statement("get").get(row);
    const sealed = bytesIn(found, "sealed");
    return sealed === undefined ? undefined : { scope: bytesIn(found, "scope"), sealed };
  }

  has(row: Uint8Array): boolean {
    return this.#statement("has").get(row) !== undefined;
  }

  put({ row, bucket, name, scope, sealed }: NewRecord): void {
    this.#statement("put").run(row, bucket, name, scope ?? null, sealed);
  }

  /** False when there was none. */
  delete(row: Uint8Array): boolean {
    return this.#statement("delete").run(row).changes !== 0;
  }

  namesIn(bucket: Uint8Array): NamedRow[] {
    const rows = this.#statement("names").all(bucket);
    return rows.map((found) => ({ row: require(found, "row"), name: require(found, "name") }));
  }

  /** Those that begin with `family`. */
  buckets(family: Uint8Array): Uint8Array[] {
    const last = concatBytes(family, new Uint8Array(32).fill(0xff));
    const rows = this.#statement("buckets").all(family, last);
    return rows.map((found) => require(found, "bucket"));
  }

  scope(id: Uint8Array): Uint8Array | undefined {
    return bytesIn(this.#statement("scope").get(id), "sealed");
  }

  putScope(id: Uint8Array, sealed: Uint8Array): void {
    this.#statement("putScope").run(id, sealed);
  }

  rowsUnder(scope: Uint8Array): ScopedRow[] {
    const rows = this.#statement("rowsUnder").all(scope);
    return rows.map((found) => ({ row: require(found, "row"), sealed: require(found, "sealed") }));
  }

  reseal({ row, sealed }: ScopedRow): void {
    this.#statement("reseal").run(sealed, row);
  }

  deleteScope(id: Uint8Array): void {
    this.#statement("deleteUnder").run(id);
    this.#statement("deleteScope").run(id);
  }

  [Symbol.dispose](): void {
    this.#statements.clear();
    if (this.#database.isOpen) this.#database.close();
  }

  #statement(name: keyof typeof sql): StatementSync {
    const known = this.#statements.get(name);
    if (known !== undefined) return known;
    const statement = this.#database.prepare(sql[name]);
    this.#statements.set(name, statement);
    return statement;
  }
}

type Found = ReturnType<StatementSync["get"]>;

function bytesIn(found: Found, column: string): Uint8Array | undefined {
  const value = found?.[column];
  return value instanceof Uint8Array ? value : undefined;
}

function require(found: Found, column: string): Uint8Array {
  const bytes = bytesIn(found, column);
  if (bytes === undefined) throw vaultFailure("vault_damaged");
  return bytes;
}
