/** The answering end: takes a connection's streams, a bounded number at once, until it has ended. */
import type { Connection } from "@quicprochat/connection";
import { closeCodes } from "./close-codes.ts";
import { limits, type RpcLimits } from "./limits.ts";
import { type CallHandling, type Served, serveCall } from "./serve-call.ts";

export type ServeOptions = CallHandling & {
  readonly limits?: Partial<RpcLimits>;
  /** Closes the connection as `draining` once no call is under way: refuse new ones in `admit` from then on. */
  readonly drain?: AbortSignal;
};

/** Resolves when the connection has ended and its last handler too. Whatever the peer sends, this never throws. */
export async function serve(connection: Connection, options: ServeOptions): Promise<void> {
  const ended = new AbortController();
  void connection.closed.then(() => ended.abort());
  const served: Served = {
    ...options,
    ended: ended.signal,
    limits: { ...limits, ...options.limits },
    requestBytes: 0,
    malformedFrames: 0,
  };
  const calls = new Set<Promise<void>>();
  const drain = async (): Promise<void> => {
    while (calls.size > 0) await Promise.all(calls);
    connection.close(closeCodes.draining, "the server is stopping");
  };
  const onDrain = (): void => void drain();
  options.drain?.addEventListener("abort", onDrain);
  if (options.drain?.aborted === true) onDrain();
  let wake = (): void => {};
  for (;;) {
    while (calls.size >= served.limits.concurrentCallsMax) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    const stream = await connection.accept();
    if (stream === null) break;
    const call = serveCall(stream, served).then(() => {
      calls.delete(call);
      wake();
      if (served.malformedFrames <= served.limits.malformedFramesMax) return;
      connection.close(closeCodes.badFrame, "malformed frames");
    });
    calls.add(call);
  }
  options.drain?.removeEventListener("abort", onDrain);
  await Promise.all(calls);
}
