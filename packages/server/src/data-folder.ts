/** The data folder: readable by its owner only; its small files are made once and whole, or not at all. */
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { DecodeError } from "@quicprochat/bytes";
import { lockFolder } from "./folder-lock.ts";
import { errorCode, ServerError } from "./server-error.ts";

const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;
const DATABASE = "server.db";
const LOCK = "server.lock";

/** A small secret of the server's. */
export type SecretFile<T> = {
  readonly name: string;
  readonly make: () => Uint8Array;
  readonly parse: (bytes: Uint8Array) => T;
  /** What happens without it, if it has to be the same for ever. */
  readonly lossMeans?: string;
};

export class DataFolder implements Disposable {
  readonly path: string;
  readonly #lock: Disposable;

  /** Makes it when it is absent, and locks it. Throws `ServerError`. */
  constructor(path: string) {
    this.path = path;
    this.#lock = orFolderError(path, () => {
      mkdirSync(path, { recursive: true, mode: FOLDER_MODE });
      for (const name of [LOCK, DATABASE]) makePrivate(join(path, name));
      return lockFolder(join(path, LOCK), path);
    });
  }

  get database(): string {
    return this.file(DATABASE);
  }

  file(name: string): string {
    return join(this.path, name);
  }

  /** What `parse` makes of the file; `make` writes it the first time. */
  readOrCreate<T>({ name, make, parse, lossMeans }: SecretFile<T>): T {
    return orFolderError(this.path, () => {
      const path = this.file(name);
      if (!existsSync(path)) {
        // All secrets are older than the first byte of the database.
        if (lossMeans !== undefined && statSync(this.database).size > 0) throw missing(path, lossMeans);
        this.write(name, make());
      }
      const bytes = new Uint8Array(readFileSync(path));
      try {
        return parse(bytes);
      } catch (cause) {
        if (cause instanceof DecodeError && cause.code === "unknown-version") throw newer(path, cause);
        const loss = lossMeans === undefined ? "" : `: without it ${lossMeans}`;
        throw new ServerError("data_damaged", `${path} is damaged. Restore it from a backup${loss}.`, cause);
      }
    });
  }

  /** Durable when it returns; a crash leaves the old file or the new one. */
  write(name: string, bytes: Uint8Array): void {
    orFolderError(this.path, () => {
      const temporary = this.file(`${name}.new`);
      const descriptor = openSync(temporary, "w", FILE_MODE);
      try {
        // Unlike one call of `write`, until all is written: a disk may take a part.
        writeFileSync(descriptor, bytes);
        fsyncSync(descriptor);
      } finally {
        closeSync(descriptor);
      }
      chmodSync(temporary, FILE_MODE);
      renameSync(temporary, this.file(name));
      if (process.platform !== "win32") syncFolder(this.path);
    });
  }

  [Symbol.dispose](): void {
    this.#lock[Symbol.dispose]();
  }
}

/** Before SQLite makes it as others may read it; what SQLite puts beside a database has the same mode. */
function makePrivate(path: string): void {
  closeSync(openSync(path, "a", FILE_MODE));
  if ((statSync(path).mode & 0o777) !== FILE_MODE) chmodSync(path, FILE_MODE);
}

const missing = (path: string, lossMeans: string): ServerError =>
  new ServerError(
    "data_damaged",
    `${path} is missing, but the data that belongs to it is there. Restore it from a backup: without it ${lossMeans}. To begin anew, move the whole folder away.`,
  );

const newer = (path: string, cause: unknown): ServerError =>
  new ServerError(
    "data_newer",
    `${path} was written by a newer version of this program. Update the program, or name another folder with --data.`,
    cause,
  );

function syncFolder(path: string): void {
  const descriptor = openSync(path, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function orFolderError<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof ServerError) throw error;
    throw folderError(path, error);
  }
}

function folderError(path: string, cause: unknown): ServerError {
  const code = errorCode(cause);
  if (code === "ENOSPC" || code === "EDQUOT") {
    const text = `The disk is full: there is no space left in ${path}. Free some and start again.`;
    return new ServerError("disk_full", text, cause);
  }
  if (code === "EEXIST" || code === "ENOTDIR") {
    const text = `${path} is not a folder. Name a folder for the server's data with --data.`;
    return new ServerError("data_folder_unreadable", text, cause);
  }
  const text = `The data folder ${path} cannot be used (${code || "unknown error"}). Check its owner and permissions, or name another folder with --data.`;
  return new ServerError("data_folder_unreadable", text, cause);
}
