/** The calling end: one bidirectional stream for each call, with deadline, cancellation and typed refusals. */
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
import { limits, type Method, RefusalError, RefusalSchema, refusalOfStatus } from "@quicprochat/protocol";
import { closeCodes } from "./close-codes.ts";
import { encodeRequest, type ResponseFrame, readResponse } from "./frame.ts";
import { RpcError, type RpcErrorKind } from "./rpc-error.ts";

export type CallOptions = {
  readonly signal?: AbortSignal;
  /** Milliseconds until the call ends with `RpcError` `deadline`. */
  readonly deadlineMs?: number;
};

let lastRequestId = 0;

/** Throws `RefusalError` when the server refuses and `RpcError` when there is no answer. */
export async function call<Request extends DescMessage, Response extends DescMessage>(
  connection: Connection,
  method: Method<Request, Response>,
  request: MessageInitShape<Request>,
  options: CallOptions = {},
): Promise<MessageShape<Response>> {
  const payload = toBinary(method.request, create(method.request, request));
  lastRequestId = (lastRequestId + 1) >>> 0;
  const requestId = lastRequestId;
  const response = await exchange(connection, encodeRequest({ number: method.number, requestId, payload }), options);
  if (response.requestId !== requestId) throw new RpcError("protocol");
  try {
    if (response.status === 0) return fromBinary(method.response, response.payload);
  } catch (cause) {
    throw new RpcError("protocol", cause);
  }
  throw refusalOf(response);
}

function refusalOf({ status, payload }: ResponseFrame): Error {
  const code = refusalOfStatus(status);
  if (code === undefined) return new RpcError("protocol");
  try {
    return new RefusalError(code, fromBinary(RefusalSchema, payload).retryAfterMs);
  } catch (cause) {
    return new RpcError("protocol", cause);
  }
}

async function exchange(connection: Connection, frame: Uint8Array, options: CallOptions): Promise<ResponseFrame> {
  const deadline = AbortSignal.timeout(options.deadlineMs ?? limits.callDeadlineMs);
  const abort = options.signal === undefined ? deadline : AbortSignal.any([deadline, options.signal]);
  let stream: Stream | undefined;
  const onAbort = (): void => stream?.reset(closeCodes.cancelled);
  abort.addEventListener("abort", onAbort);
  try {
    abort.throwIfAborted();
    stream = await orAborted(connection.open(), abort);
    await stream.write(frame);
    await stream.end();
    return await readResponse(stream);
  } catch (cause) {
    if (!(cause instanceof StreamError)) stream?.reset(closeCodes.badFrame);
    throw new RpcError(abort.aborted ? (deadline.aborted ? "deadline" : "cancelled") : kindOf(cause), cause);
  } finally {
    abort.removeEventListener("abort", onAbort);
  }
}

function kindOf(cause: unknown): RpcErrorKind {
  if (cause instanceof DecodeError) return "protocol";
  if (cause instanceof StreamError) return "closed";
  throw cause;
}

/** A stream that opens after all is reset: nobody waits for it any more. */
async function orAborted(opening: Promise<Stream>, signal: AbortSignal): Promise<Stream> {
  let onAbort: () => void = () => {};
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
  });
  try {
    return await Promise.race([opening, aborted]);
  } catch (error) {
    opening.then(
      (stream) => stream.reset(closeCodes.cancelled),
      () => {},
    );
    throw error;
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
