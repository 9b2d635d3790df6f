/** Which failures may mend by themselves: the server is away, busy, or has not seen our session yet. */
import { RefusalError } from "@quicprochat/protocol";
import { exitCodes, Failure } from "../failure.ts";

const passing: readonly string[] = ["unavailable", "rate_limited", "no_session"];

export function isPassing(error: unknown): boolean {
  if (error instanceof RefusalError) return passing.includes(error.code);
  return error instanceof Failure && error.exitCode === exitCodes.unreachable;
}
