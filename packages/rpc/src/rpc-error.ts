/** Why a call has no answer. Refusals are not here: they are answers (`RefusalError` of the protocol). */

export type RpcErrorKind =
  /** No answer in time. */
  | "deadline"
  /** The caller gave up. */
  | "cancelled"
  /** The connection or the stream ended first. */
  | "closed"
  /** The answer is none: a malformed frame or message, an unknown status. */
  | "protocol";

export class RpcError extends Error {
  readonly kind: RpcErrorKind;

  constructor(kind: RpcErrorKind, cause?: unknown) {
    super(`call ended: ${kind}`, { cause });
    this.name = "RpcError";
    this.kind = kind;
  }
}
