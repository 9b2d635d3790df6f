/** What keeps a server from starting or its store from working, with what to do about it. */

export type ServerErrorCode =
  | "data_folder_unreadable"
  | "data_folder_in_use"
  | "data_newer"
  | "data_damaged"
  | "disk_full"
  | "no_invite"
  | "metrics_unusable"
  /** The store cannot take the operation now; nothing of it was stored. */
  | "unavailable";

export class ServerError extends Error {
  readonly code: ServerErrorCode;

  constructor(code: ServerErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
    this.name = "ServerError";
    this.code = code;
  }
}

/** The `code` of an error of Node's, such as `EACCES`. */
export function errorCode(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
