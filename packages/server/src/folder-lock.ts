/** One server for each data folder: a lock of the operating system's, which goes with its process however that ends. */
import { DatabaseSync } from "node:sqlite";
import { ServerError } from "./server-error.ts";
import { isBusy } from "./store/sqlite/sqlite-failure.ts";

/** Throws `ServerError("data_folder_in_use")`. */
export function lockFolder(file: string, folder: string): Disposable {
  // SQLite's file locks work alike on every system; the file itself stays empty.
  const database = new DatabaseSync(file);
  try {
    database.exec("BEGIN EXCLUSIVE");
  } catch (cause) {
    database.close();
    if (!isBusy(cause)) throw cause;
    const text = `Another server is running on ${folder}. Stop it with "qpc server stop", or name another folder with --data.`;
    throw new ServerError("data_folder_in_use", text, cause);
  }
  return { [Symbol.dispose]: () => database.close() };
}
