/** Reasons to end with an exit code other than 0. Scripts rely on the codes: they stay as they are. */

export const exitCodes = {
  done: 0,
  failed: 1,
  usage: 2,
  unreachable: 3,
  serverChanged: 4,
  contactChanged: 5,
  /** By convention 128 and the number of SIGINT. */
  interrupted: 130,
} as const;

export type Failure = { readonly code: string; readonly message: string; readonly exitCode: number };

/** An end that was foreseen: the message says in one line what happened and what to do next. */
export class CommandError extends Error implements Failure {
  readonly code: string;
  readonly exitCode: number;

  constructor(code: string, message: string, exitCode: number = exitCodes.failed) {
    super(message);
    this.name = "CommandError";
    this.code = code;
    this.exitCode = exitCode;
  }
}

export const usageError = (message: string): CommandError => new CommandError("usage", message, exitCodes.usage);

export const interrupted = (): CommandError => new CommandError("interrupted", "Interrupted.", exitCodes.interrupted);

/**
 * What a person is told of anything that was thrown. The errors of engine and server are known by their `code`, not by
 * their class: `--help` must not load the packages that define them.
 */
export function describeFailure(error: unknown): Failure {
  if (!(error instanceof Error)) return { code: "internal", message: String(error), exitCode: exitCodes.failed };
  const message = error.message.replace(/\s*\n\s*/g, " ");
  if (!("code" in error) || typeof error.code !== "string") {
    return { code: "internal", message: `Something that should not happen: ${message}`, exitCode: exitCodes.failed };
  }
  const exitCode = "exitCode" in error && typeof error.exitCode === "number" ? error.exitCode : exitCodes.failed;
  return { code: error.code, message, exitCode };
}
