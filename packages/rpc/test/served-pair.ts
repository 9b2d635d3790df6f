/** A client and a server over a pair in memory, for tests: `hello` is answered by the given handler. */
import type { MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import { type Connection, memoryPair } from "@quicprochat/connection";
import { type HelloRequestSchema, type HelloResponseSchema, methods, RefusalError } from "@quicprochat/protocol";
import { bind, type CallMemory, type RpcLimits, serve } from "../src/index.ts";

export type HelloHandler = (
  request: MessageShape<typeof HelloRequestSchema>,
  signal: AbortSignal,
) => Promise<MessageInitShape<typeof HelloResponseSchema>>;

export class ServedPair implements AsyncDisposable {
  readonly client: Connection;
  readonly server: Connection;
  readonly faults: unknown[] = [];
  /** Settles when `serve` has returned. */
  readonly served: Promise<void>;

  /** Aborts when the server shall stop. */
  readonly drain = new AbortController();

  constructor(handle: HelloHandler, limits: Partial<RpcLimits> = {}, memory?: CallMemory) {
    [this.client, this.server] = memoryPair();
    const hello = bind(methods.hello, handle);
    this.served = serve(this.server, {
      limits,
      drain: this.drain.signal,
      ...(memory === undefined ? {} : { memory }),
      admit: (number) => {
        if (number === methods.hello.number) return hello;
        throw new RefusalError("unknown_method");
      },
      onFault: (error) => this.faults.push(error),
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.client.close(0, "");
    await this.served;
  }
}

/** Answers with the class that was asked for as the time, which shows whose answer it is. */
export const echo: HelloHandler = async (request) => ({ serverTimeMs: BigInt(request.class) });
