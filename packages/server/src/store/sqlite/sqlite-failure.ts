/** What SQLite's result codes mean for the operation, and for whoever starts the server. */
import { errorCode, ServerError } from "../../server-error.ts";

/** Result codes of SQLite, without their extended part. */
const resultCodes = { busy: 5, ioError: 10, corrupt: 11, full: 13, cannotOpen: 14, notDatabase: 26, readOnly: 8 };

/** What became of the whole transaction when a statement threw: `undefined` for errors of our own. */
export function storeFailure(error: unknown): ServerError | undefined {
  const code = resultCode(error);
  if (code === resultCodes.full || errorCode(error) === "ENOSPC") {
    return new ServerError(
      "unavailable",
      "The disk is full. The server takes messages again when there is space.",
      error,
    );
  }
  if ([resultCodes.ioError, resultCodes.busy, resultCodes.cannotOpen, resultCodes.readOnly].includes(code)) {
    return new ServerError("unavailable", "The disk did not take the data. Look at the system's log.", error);
  }
  if (code === resultCodes.corrupt || code === resultCodes.notDatabase) {
    return new ServerError("data_damaged", "The database is damaged. Stop the server and restore a backup.", error);
  }
  return undefined;
}

/** Why the database does not open; errors of our own pass as they are. */
export function openFailure(error: unknown, path: string): unknown {
  const code = resultCode(error);
  if (code === resultCodes.corrupt || code === resultCodes.notDatabase) return damaged(path, error);
  if (code === resultCodes.full || code === resultCodes.ioError) {
    return new ServerError("disk_full", `There is no space left to open ${path}. Free some and start again.`, error);
  }
  if (code === resultCodes.busy) {
    const text = `${path} is in use by another program. Stop it, or name another folder with --data.`;
    return new ServerError("data_folder_in_use", text, error);
  }
  if (code === resultCodes.cannotOpen || code === resultCodes.readOnly) {
    const text = `${path} cannot be opened for writing. Check its owner and permissions, or name another folder with --data.`;
    return new ServerError("data_folder_unreadable", text, error);
  }
  return error;
}

export const damaged = (path: string, cause: unknown): ServerError =>
  new ServerError(
    "data_damaged",
    `${path} is damaged. Move it away and restore a backup; nothing in it was changed.`,
    cause,
  );

/** Somebody else has locked the file. */
export const isBusy = (error: unknown): boolean => resultCode(error) === resultCodes.busy;

/** 0 for errors that are not SQLite's. */
export function resultCode(error: unknown): number {
  if (!(error instanceof Error) || !("errcode" in error) || typeof error.errcode !== "number") return 0;
  return error.errcode & 0xff;
}
