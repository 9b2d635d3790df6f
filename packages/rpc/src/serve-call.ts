/** One call at the answering end: receive, handle, respond. Whatever goes wrong costs this stream only. */
import assert from "node:assert/strict";
import { DecodeError } from "@quicprochat/bytes";
import { type Stream, StreamError } from "@quicprochat/connection";
import { limits as protocolLimits, RefusalError, RefusalSchema, refusals } from "@quicprochat/protocol";
import type { BoundMethod } from "./bind.ts";
import { closeCodes } from "./close-codes.ts";
import { decodeRequestHeader, encodeResponse, type RequestHeader, requestHeaderBytes } from "./frame.ts";
import { Incoming } from "./incoming.ts";
import type { RpcLimits } from "./limits.ts";
import { encodeMessage } from "./message.ts";
import { within } from "./within.ts";

export type CallHandling = {
  /** What answers this method number on this connection, at this moment; throws `RefusalError` when nothing does. */
  readonly admit: (methodNumber: number) => BoundMethod;
  /** Told of errors of our own, never of what a peer did. The peer learns only `unavailable`. */
  readonly onFault?: (error: unknown) => void;
  /** What requests and responses take while their call is under way. */
  readonly memory?: CallMemory;
};

/** Memory that the calls of many connections share. A call that gets none is refused as `rate_limited`. */
export type CallMemory = {
  readonly take: (bytes: number) => boolean;
  readonly give: (bytes: number) => void;
};

/** What the calls of one connection share. */
export type Served = CallHandling & {
  readonly limits: RpcLimits;
  /** Aborts when the connection has ended. */
  readonly ended: AbortSignal;
  /** Announced by the calls under way. */
  requestBytes: number;
  malformedFrames: number;
};

type Received =
  | { readonly kind: "request"; readonly answer: BoundMethod; readonly payload: Uint8Array }
  | { readonly kind: "refused"; readonly refusal: RefusalError; readonly unreadBytes: number };

const { payloadBytesMax } = protocolLimits;

/** Resolves when stream and handler are done with. Never throws. */
export async function serveCall(stream: Stream, served: Served): Promise<void> {
  const cancellation = new AbortController();
  const abandon = (code: number): void => {
    if (cancellation.signal.aborted) return;
    if (code === closeCodes.badFrame) served.malformedFrames++;
    stream.reset(code);
    cancellation.abort();
  };
  const onLate = (): void => abandon(closeCodes.excessive);
  const onEnded = (): void => abandon(closeCodes.done);
  served.ended.addEventListener("abort", onEnded);
  const { arrivalMs, handlingMs, deliveryMs } = served.limits;
  let announcedBytes = 0;
  let heldBytes = 0;
  const hold = (bytes: number): boolean => {
    const held = served.memory?.take(bytes) ?? true;
    if (held) heldBytes += bytes;
    return held;
  };
  try {
    const incoming = new Incoming(stream);
    const header = decodeRequestHeader(await within(arrivalMs, incoming.take(requestHeaderBytes), onLate));
    announcedBytes = Math.min(header.payloadBytes, payloadBytesMax);
    served.requestBytes += announcedBytes;
    const room = hold(announcedBytes) && served.requestBytes <= served.limits.requestBytesMax;
    const received = await within(arrivalMs, receive({ header, incoming, served, room }), onLate);
    // Reading on is how we learn that the caller has given up.
    const unreadBytes = received.kind === "refused" ? received.unreadBytes : 0;
    const callerEnd = incoming.end(unreadBytes).catch((error: unknown) => abandon(codeOf(error)));
    const response = await within(handlingMs, respond(received, cancellation.signal, served), onLate);
    const { status, payload } = hold(response.payload.length) ? response : refused(noRoom(served));
    const delivered = deliver(stream, encodeResponse({ status, payload, requestId: header.requestId }), callerEnd);
    await within(deliveryMs, delivered, onLate);
  } catch (error) {
    abandon(codeOf(error));
    if (!(error instanceof StreamError || error instanceof DecodeError)) served.onFault?.(error);
  } finally {
    served.ended.removeEventListener("abort", onEnded);
    served.requestBytes -= announcedBytes;
    served.memory?.give(heldBytes);
  }
}

type Arriving = {
  readonly header: RequestHeader;
  readonly incoming: Incoming;
  readonly served: Served;
  /** Whether the connection, and all of them together, may hold the payload. */
  readonly room: boolean;
};

async function receive({ header, incoming, served, room }: Arriving): Promise<Received> {
  const unreadBytes = Math.min(header.payloadBytes, payloadBytesMax);
  try {
    const answer = served.admit(header.number);
    if (header.payloadBytes > payloadBytesMax) throw new RefusalError("too_large");
    if (!room) throw noRoom(served);
    const payload = await incoming.take(header.payloadBytes);
    return { kind: "request", answer, payload };
  } catch (error) {
    if (error instanceof StreamError || error instanceof DecodeError) throw error;
    return { kind: "refused", refusal: refusalOf(error, served), unreadBytes };
  }
}

const noRoom = ({ limits }: Served): RefusalError => new RefusalError("rate_limited", limits.retryAfterMs);

type Response = { readonly status: number; readonly payload: Uint8Array };

async function respond(received: Received, signal: AbortSignal, served: Served): Promise<Response> {
  if (received.kind === "refused") return refused(received.refusal);
  try {
    const payload = await received.answer(received.payload, signal);
    assert.ok(payload.length <= payloadBytesMax, "a response is larger than a frame");
    return { status: 0, payload };
  } catch (error) {
    // A handler that stops because it was told to has done nothing wrong.
    return refused(signal.aborted ? new RefusalError("unavailable") : refusalOf(error, served));
  }
}

function refusalOf(error: unknown, served: Served): RefusalError {
  if (error instanceof RefusalError) return error;
  // A peer that leaves while its call is at work is no fault.
  if (!(error instanceof StreamError)) served.onFault?.(error);
  return new RefusalError("unavailable");
}

const refused = ({ code, retryAfterMs }: RefusalError): Response => ({
  status: refusals[code].status,
  payload: encodeMessage(RefusalSchema, { retryAfterMs }),
});

async function deliver(stream: Stream, response: Uint8Array, callerEnd: Promise<void>): Promise<void> {
  await stream.write(response);
  await stream.end();
  await callerEnd;
}

const codeOf = (error: unknown): number =>
  error instanceof DecodeError
    ? closeCodes.badFrame
    : error instanceof StreamError
      ? closeCodes.cancelled
      : closeCodes.internal;
