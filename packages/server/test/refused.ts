/** What a test expects of `assert.rejects` when the server refuses. */
import { type RefusalCode, RefusalError } from "@quicprochat/protocol";

export const refused =
  (code: RefusalCode) =>
  (error: unknown): boolean =>
    error instanceof RefusalError && error.code === code;
