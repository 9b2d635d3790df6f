/** What a person is told of: a stable code, what happened, and what to do next. */

/** Only what is not 1: the command line's contract. */
export const exitCodes = { failed: 1, unreachable: 3, serverChanged: 4, contactChanged: 5 } as const;

type FailureOptions = { readonly exitCode?: number; readonly cause?: unknown };

export class Failure extends Error {
  /** In snake_case; scripts rely on it. */
  readonly code: string;
  readonly exitCode: number;

  constructor(code: string, message: string, { exitCode = exitCodes.failed, cause }: FailureOptions = {}) {
    super(message, { cause });
    this.name = "Failure";
    this.code = code;
    this.exitCode = exitCode;
  }
}
