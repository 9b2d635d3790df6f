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
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { lockFolder } from "./folder-lock.ts";
import { errorCode, ServerError } from "./server-error.ts";

const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;

export class DataFolder implements Disposable {
  readonly path: string;
  readonly #lock: Disposable;

  /** Makes it when it is absent, and locks it. Throws `ServerError`. */
  constructor(path: string) {
    this.path = path;
    this.#lock = orFolderError(path, () => {
      mkdirSync(path, { recursive: true, mode: FOLDER_MODE });
      return lockFolder(path);
    });
  }

  file(name: string): string {
    return join(this.path, name);
  }

  /** What `parse` makes of the file; `make` writes it the first time. */
  readOrCreate<T>(name: string, make: () => Uint8Array, parse: (bytes: Uint8Array) => T): T {
    return orFolderError(this.path, () => {
      if (!existsSync(this.file(name))) this.write(name, make());
      const bytes = new Uint8Array(readFileSync(this.file(name)));
      try {
        return parse(bytes);
      } catch (cause) {
        const text = `${this.file(name)} is damaged. Restore it from a backup: without it clients refuse this server.`;
        throw new ServerError("data_damaged", text, cause);
      }
    });
  }

  /** Durable when it returns; a crash leaves the old file or the new one. */
  write(name: string, bytes: Uint8Array): void {
    orFolderError(this.path, () => {
      const temporary = this.file(`${name}.new`);
      const descriptor = openSync(temporary, "w", FILE_MODE);
      try {
        writeSync(descriptor, bytes);
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
