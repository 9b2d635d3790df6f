/** Why a dial led to no connection, with what a person can do about it. */

export type DialErrorCode = "unreachable" | "server_changed" | "handshake_failed" | "cancelled";

export class DialError extends Error {
  readonly code: DialErrorCode;
  /** Of `server_changed`: what was pinned and what answered, as fingerprints. */
  readonly change: { readonly pinned: string; readonly shown: string } | null;

  constructor(code: DialErrorCode, text: string, options: { cause?: unknown; change?: DialError["change"] } = {}) {
    super(text, { cause: options.cause });
    this.name = "DialError";
    this.code = code;
    this.change = options.change ?? null;
  }
}
