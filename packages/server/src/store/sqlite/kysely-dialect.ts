/** Kysely over `node:sqlite`: for the schema. The operations are prepared statements. */
import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import { Kysely, SqliteDialect } from "kysely";
import type { Tables } from "./schema.ts";

/** Kysely expects the interface of better-sqlite3. Transactions are the caller's, not Kysely's. */
export function kyselyOver(database: DatabaseSync): Kysely<Tables> {
  const statements = new Map<string, StatementSync>();
  const prepared = (text: string): StatementSync => {
    const known = statements.get(text);
    if (known !== undefined) return known;
    const statement = database.prepare(text);
    statements.set(text, statement);
    return statement;
  };
  const prepare = (text: string) => ({
    reader: /^\s*(select|with)|\breturning\b/i.test(text),
    all: (parameters: readonly unknown[]) => prepared(text).all(...parameters.map(inputValue)),
    run: (parameters: readonly unknown[]) => prepared(text).run(...parameters.map(inputValue)),
    iterate: (parameters: readonly unknown[]) => prepared(text).iterate(...parameters.map(inputValue)),
  });
  return new Kysely<Tables>({ dialect: new SqliteDialect({ database: { prepare, close: () => database.close() } }) });
}

function inputValue(value: unknown): SQLInputValue {
  if (value === null || value instanceof Uint8Array) return value;
  if (typeof value === "string" || typeof value === "number" || typeof value === "bigint") return value;
  throw new TypeError("a query has a parameter that SQLite does not store");
}
