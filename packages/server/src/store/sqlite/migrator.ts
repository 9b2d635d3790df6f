/** Brings a database to the newest schema, all or nothing: a process that ends when it is done. Its argument: the file. */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { kyselyOver } from "./kysely-dialect.ts";
import { migrations } from "./schema.ts";
import { resultCode } from "./sqlite-failure.ts";

export type FromMigrator =
  | { readonly kind: "migrated" }
  | { readonly kind: "failed"; readonly errcode: number; readonly message: string };

const [, , path] = process.argv;
assert.ok(path !== undefined, "the migrator needs the path of a database");
const outcome = await migrate(path);
process.send?.(outcome);
process.disconnect?.();

async function migrate(file: string): Promise<FromMigrator> {
  const sqlite = new DatabaseSync(file);
  try {
    // Before the first table: later it would need a VACUUM.
    sqlite.exec(
      "PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; BEGIN IMMEDIATE",
    );
    const version = Number(sqlite.prepare("PRAGMA user_version").get()?.["user_version"] ?? 0);
    const plain = kyselyOver(sqlite);
    for (const migration of migrations.slice(version)) await migration(plain);
    sqlite.exec(`PRAGMA user_version = ${migrations.length}; COMMIT`);
    return { kind: "migrated" };
  } catch (error) {
    return { kind: "failed", errcode: resultCode(error), message: error instanceof Error ? error.message : "" };
  } finally {
    sqlite.close();
  }
}
