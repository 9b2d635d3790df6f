/** Opens the database file: durable settings, migrations, and refusals of what is damaged or newer. */
import { fork } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { ServerError } from "../../server-error.ts";
import type { FromMigrator } from "./migrator.ts";
import { schemaVersion } from "./schema-version.ts";
import { damaged, openFailure } from "./sqlite-failure.ts";

export type OpenOptions = { readonly path: string; readonly checkedBytesMax: number };

/** Another process may look at the file for a moment, such as a backup. */
const BUSY_MS = 2_000;

/** Throws `ServerError`. */
export async function openDatabase(options: OpenOptions): Promise<DatabaseSync> {
  const { path } = options;
  try {
    if (checkedVersion(options) < schemaVersion) await migrate(path);
    return open(path);
  } catch (error) {
    throw error instanceof ServerError ? error : openFailure(error, path);
  }
}

/** The version of what is there, 0 for nothing; refuses what is newer or damaged before anything is changed. */
function checkedVersion({ path, checkedBytesMax }: OpenOptions): number {
  if (!existsSync(path)) return 0;
  const sqlite = new DatabaseSync(path, { timeout: BUSY_MS, readOnly: true });
  try {
    const version = readInteger(sqlite, "PRAGMA user_version");
    if (version > schemaVersion) throw newer(path);
    if (version > 0 && statSync(path).size <= checkedBytesMax) check(sqlite, path);
    return version;
  } finally {
    sqlite.close();
  }
}

function open(path: string): DatabaseSync {
  const sqlite = new DatabaseSync(path, { timeout: BUSY_MS });
  // At every open: a reopened WAL database may run with less.
  sqlite.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = FAST");
  sqlite.exec("PRAGMA journal_size_limit = 67108864; PRAGMA cache_size = -16384; PRAGMA temp_store = MEMORY");
  return sqlite;
}

/** In a process of its own, which ends: what the schema needs would otherwise stay in memory for as long as the server runs. */
async function migrate(path: string): Promise<void> {
  const migrator = fork(fileURLToPath(new URL("./migrator.ts", import.meta.url)), [path]);
  const outcome = await new Promise<FromMigrator>((resolve, reject) => {
    migrator.once("error", reject);
    migrator.once("exit", (code) => reject(new Error(`the migration ended with ${code}`)));
    migrator.once("message", (message: FromMigrator) => resolve(message));
  });
  if (outcome.kind === "failed") throw Object.assign(new Error(outcome.message), { errcode: outcome.errcode });
}

function check(sqlite: DatabaseSync, path: string): void {
  const row = sqlite.prepare("PRAGMA quick_check(1)").get();
  if (row?.["quick_check"] !== "ok") throw damaged(path, row?.["quick_check"]);
}

export function readInteger(sqlite: DatabaseSync, pragma: string): number {
  const [value] = Object.values(sqlite.prepare(pragma).get() ?? {});
  return Number(value ?? 0);
}

const newer = (path: string): ServerError =>
  new ServerError(
    "data_newer",
    `${path} was written by a newer version of this program. Update the program, or name another folder with --data.`,
  );
