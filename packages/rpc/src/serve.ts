/** The answering end: one handler call for each stream, and nothing that a peer sends harms more than its stream. */
import {
  create,
  type DescMessage,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import { DecodeError } from "@quicprochat/bytes";
import { type Connection, type Stream, StreamError } from "@quicprochat/connection";
import { type Method, RefusalError, RefusalSchema, refusals } from "@quicprochat/protocol";
import { closeCodes } from "./close-codes.ts";
import { encodeResponse, type RequestFrame, readRequest } from "./frame.ts";
import { rpcLimits } from "./limits.ts";

/** A method with what answers it, the request's type already applied: made by `bind`. */
export type BoundMethod = (payload: Uint8Array, signal: AbortSignal) => Promise<Uint8Array>;

export type ServeOptions = {
  /** What answers this method number on this connection; throws `RefusalError` when nothing does. */
  readonly admit: (methodNumber: number) => BoundMethod;
  readonly concurrentCallsMax?: number;
  readonly requestArrivalMs?: number;
  /** Told of errors that are our own: never of what a peer did. */
  readonly onFault?: (error: unknown) => void;
};

/** Joins a method with its handler. A request that is no message of its type becomes the refusal `malformed`. */
export function bind<Request extends DescMessage, Response extends DescMessage>(
  method: Method<Request, Response>,
  handle: (request: MessageShape<Request>, signal: AbortSignal) => Promise<MessageInitShape<Response>>,
): BoundMethod {
  return async (payload, signal) => {
    const request = decode(method.request, payload);
    return toBinary(method.response, create(method.response, await handle(request, signal)));
  };
}

function decode<Desc extends DescMessage>(schema: Desc, payload: Uint8Array): MessageShape<Desc> {
  try {
    return fromBinary(schema, payload);
  } catch {
    throw new RefusalError("malformed");
  }
}

/** Runs until the connection has ended. Never throws. */
export async function serve(connection: Connection, options: ServeOptions): Promise<void> {
  const ended = new AbortController();
  void connection.closed.then(() => ended.abort());
  let inFlight = 0;
  for (;;) {
    const stream = await connection.accept();
    if (stream === null) return;
    if (inFlight >= (options.concurrentCallsMax ?? rpcLimits.concurrentCallsMax)) {
      stream.reset(closeCodes.excessive);
      continue;
    }
    inFlight++;
    void serveStream(stream, options, ended.signal).finally(() => {
      inFlight--;
    });
  }
}

async function serveStream(stream: Stream, options: ServeOptions, ended: AbortSignal): Promise<void> {
  try {
    const request = await readInTime(stream, options.requestArrivalMs ?? rpcLimits.requestArrivalMs);
    await stream.write(await answer(request, options, ended));
    await stream.end();
  } catch (error) {
    if (error instanceof StreamError) return;
    stream.reset(error instanceof DecodeError ? closeCodes.badFrame : closeCodes.internal);
    if (!(error instanceof DecodeError)) options.onFault?.(error);
  }
}

async function readInTime(stream: Stream, arrivalMs: number): Promise<RequestFrame> {
  const timer = setTimeout(() => stream.reset(closeCodes.excessive), arrivalMs);
  try {
    return await readRequest(stream);
  } finally {
    clearTimeout(timer);
  }
}

async function answer(request: RequestFrame, options: ServeOptions, ended: AbortSignal): Promise<Uint8Array> {
  const { requestId } = request;
  try {
    const payload = await options.admit(request.number)(request.payload, ended);
    return encodeResponse({ status: 0, requestId, payload });
  } catch (error) {
    if (!(error instanceof RefusalError)) options.onFault?.(error);
    const refusal = error instanceof RefusalError ? error : new RefusalError("unavailable");
    const payload = toBinary(RefusalSchema, create(RefusalSchema, { retryAfterMs: refusal.retryAfterMs }));
    return encodeResponse({ status: refusals[refusal.code].status, requestId, payload });
  }
}
