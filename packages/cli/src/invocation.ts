/** One call of a command: its operands, its options, and the ways to answer. */
import type { Output } from "./output.ts";

export type Invocation = {
  readonly operands: readonly string[];
  readonly options: Options;
  readonly profile: string;
  readonly output: Output;
  /** Aborted when the process is asked to stop. */
  readonly signal: AbortSignal;
};

/** The options that were given, already checked against what the command takes. */
export type Options = {
  readonly text: (name: string) => string | undefined;
  readonly count: (name: string) => number | undefined;
  readonly flag: (name: string) => boolean;
};

/** Returns an exit code when that is neither 0 nor the consequence of an error. */
export type RunCommand = (invocation: Invocation) => Promise<number | undefined | void>;
