/** A call on a connection of ours: what goes wrong is told as a person needs it. */
import type { MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import type { Connection } from "@quicprochat/connection";
import type { Method } from "@quicprochat/protocol";
import { type CallOptions, call } from "@quicprochat/rpc";
import { connectionFailure } from "./connection-failure.ts";

/** Calls on one connection. */
export type Caller = <M extends Method>(
  method: M,
  request: MessageInitShape<M["request"]>,
  options?: CallOptions,
) => Promise<MessageShape<M["response"]>>;

/** Throws `RefusalError`, `Failure`, or the reason of the caller's own signal. */
export function callerOf(connection: Connection): Caller {
  return async (method, request, options = {}) => {
    try {
      return await call(connection, method, request, options);
    } catch (error) {
      options.signal?.throwIfAborted();
      throw connectionFailure(error);
    }
  };
}
