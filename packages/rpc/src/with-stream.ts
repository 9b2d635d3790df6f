/** One stream for one purpose, given up when time is over or the caller no longer wants the result. */
import { DecodeError } from "@quicprochat/bytes";
import { type Connection, type Stream, StreamError } from "@quicprochat/connection";
import { closeCodes } from "./close-codes.ts";
import { RpcError } from "./rpc-error.ts";

type StreamOptions = {
  readonly unidirectional?: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly deadlineMs: number;
};

/** Opens a stream and hands it to `use`. Throws only `RpcError`; the stream has been reset then. */
export async function withStream<T>(
  connection: Connection,
  { unidirectional = false, signal, deadlineMs }: StreamOptions,
  use: (stream: Stream) => Promise<T>,
): Promise<T> {
  if (signal?.aborted === true) throw new RpcError("cancelled");
  let stream: Stream | undefined;
  let givenUp: RpcError | undefined;
  const impatience = Promise.withResolvers<never>();
  const giveUp = (kind: "deadline" | "cancelled"): void => {
    givenUp = new RpcError(kind);
    stream?.reset(closeCodes.cancelled);
    impatience.reject(givenUp);
  };
  const work = connection.open({ unidirectional }).then((opened) => {
    stream = opened;
    // The peer's stream limit may have held `open` for longer than our patience.
    if (givenUp !== undefined) opened.reset(closeCodes.cancelled);
    return use(opened);
  });
  const onAbort = (): void => giveUp("cancelled");
  signal?.addEventListener("abort", onAbort);
  const timer = setTimeout(() => giveUp("deadline"), deadlineMs);
  try {
    return await Promise.race([work, impatience.promise]);
  } catch (cause) {
    stream?.reset(closeCodes.badFrame);
    throw givenUp ?? rpcErrorOf(cause);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  }
}

function rpcErrorOf(cause: unknown): unknown {
  if (cause instanceof StreamError) return new RpcError("closed", cause);
  if (cause instanceof DecodeError) return new RpcError("protocol", cause);
  return cause;
}
