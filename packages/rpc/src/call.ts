/** The calling end: one bidirectional stream for each call, with deadline, cancellation and typed refusals. */

import type { MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import { DecodeError } from "@quicprochat/bytes";
import type { Connection, Stream } from "@quicprochat/connection";
import {
  type Method,
  limits as protocolLimits,
  RefusalError,
  RefusalSchema,
  refusalOfStatus,
} from "@quicprochat/protocol";
import { decodeResponseHeader, encodeRequest, type ResponseFrame, responseHeaderBytes } from "./frame.ts";
import { Incoming } from "./incoming.ts";
import { decodeMessage, encodeMessage } from "./message.ts";
import { RpcError } from "./rpc-error.ts";
import { withStream } from "./with-stream.ts";

export type CallOptions = {
  /** Resets the stream; the server's handler learns of it. */
  readonly signal?: AbortSignal;
  readonly deadlineMs?: number;
};

/**
 * The response. Throws `RefusalError` when the server refuses and `RpcError` when there is no valid answer: then the
 * call may or may not have taken effect.
 */
export async function call<M extends Method>(
  connection: Connection,
  method: M,
  request: MessageInitShape<M["request"]>,
  { signal, deadlineMs = protocolLimits.callDeadlineMs }: CallOptions = {},
): Promise<MessageShape<M["response"]>> {
  const requestId = nextRequestId(connection);
  const payload = encodeMessage(method.request, request);
  const frame = encodeRequest({ number: method.number, requestId, payload });
  const response = await withStream(connection, { signal, deadlineMs }, (stream) => exchange(stream, frame));
  if (response.requestId !== requestId) throw new RpcError("protocol");
  return unwrap(method, response);
}

/** Counted for each connection: a count of the whole process would tie together connections that must not be. */
const lastRequestIds = new WeakMap<Connection, number>();

function nextRequestId(connection: Connection): number {
  const requestId = ((lastRequestIds.get(connection) ?? 0) + 1) >>> 0;
  lastRequestIds.set(connection, requestId);
  return requestId;
}

async function exchange(stream: Stream, frame: Uint8Array): Promise<ResponseFrame> {
  const incoming = new Incoming(stream);
  await stream.write(frame);
  const { status, requestId, payloadBytes } = decodeResponseHeader(await incoming.take(responseHeaderBytes));
  if (payloadBytes > protocolLimits.payloadBytesMax) throw new DecodeError("too-long");
  const payload = await incoming.take(payloadBytes);
  await incoming.end();
  // Only now: while our direction is open, a reset of ours reaches a handler that is still at work.
  await stream.end();
  return { status, requestId, payload };
}

function unwrap<M extends Method>(method: M, { status, payload }: ResponseFrame): MessageShape<M["response"]> {
  const code = refusalOfStatus(status);
  if (status !== 0 && code === undefined) throw new RpcError("protocol");
  try {
    if (code === undefined) return decodeMessage<M["response"]>(method.response, payload);
    throw new RefusalError(code, decodeMessage(RefusalSchema, payload).retryAfterMs);
  } catch (cause) {
    throw cause instanceof DecodeError ? new RpcError("protocol", cause) : cause;
  }
}
