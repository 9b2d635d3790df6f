/** Why there is no connection, or no answer, as a person is told. */
import { StreamError } from "@quicprochat/connection";
import { RefusalError } from "@quicprochat/protocol";
import { RpcError } from "@quicprochat/rpc";
import { exitCodes, Failure } from "../failure.ts";

const UNANSWERED: Record<RpcError["kind"], string> = {
  deadline: "The server did not answer in time. Try again; what was asked may still have been done.",
  cancelled: "The call was given up.",
  closed: "The connection to the server was lost. Try again in a moment.",
  protocol: "The server answered something that this program cannot read. One of the two may be older: update it.",
};

/** What `dial` throws has a code of these; the text is its own, except where a command of ours helps. */
const dialExitCodes: ReadonlyMap<string, number> = new Map([
  ["unreachable", exitCodes.unreachable],
  ["handshake_failed", exitCodes.unreachable],
  ["server_changed", exitCodes.serverChanged],
]);

/** Refusals stay what they are; errors that nobody foresaw, too. */
export function connectionFailure(error: unknown): unknown {
  if (error instanceof Failure || error instanceof RefusalError) return error;
  if (error instanceof RpcError) return unreachable(UNANSWERED[error.kind], error);
  if (error instanceof StreamError) return unreachable(UNANSWERED.closed, error);
  if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "string") return error;
  const exitCode = dialExitCodes.get(error.code);
  if (exitCode === undefined) return error;
  return new Failure(error.code, error.message, { exitCode, cause: error });
}

export const unreachable = (message: string, cause?: unknown): Failure =>
  new Failure("unreachable", message, { exitCode: exitCodes.unreachable, cause });

const passing: ReadonlySet<string> = new Set(["unreachable", "handshake_failed", "rate_limited", "unavailable"]);

/** Whether trying again later may help. Everything else needs a person first. */
export const isPassing = (error: unknown): boolean =>
  (error instanceof Failure || error instanceof RefusalError) && passing.has(error.code);

/** A refusal that ends a link, with the code that scripts know. */
export function failureOf(error: unknown): Failure {
  const known = connectionFailure(error);
  if (known instanceof Failure) return known;
  if (known instanceof RefusalError) return new Failure(known.code, known.message, { cause: known });
  const message = known instanceof Error ? known.message : String(known);
  const code = known instanceof Error && "code" in known && typeof known.code === "string" ? known.code : "internal";
  return new Failure(code, message, { cause: known });
}
