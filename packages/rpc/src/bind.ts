/** Methods joined with their handlers, so that one table holds handlers of different messages without a cast. */
import type { MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import { DecodeError } from "@quicprochat/bytes";
import { type Method, RefusalError } from "@quicprochat/protocol";
import { decodeMessage, encodeMessage } from "./message.ts";

/** From the payload of a request to that of its response. */
export type BoundMethod = (payload: Uint8Array, signal: AbortSignal) => Promise<Uint8Array>;

/**
 * A request that is no message of its type becomes the refusal `malformed`. The handler refuses by throwing
 * `RefusalError`; its `signal` aborts when nobody waits for the answer any more.
 */
export function bind<M extends Method>(
  method: M,
  handle: (request: MessageShape<M["request"]>, signal: AbortSignal) => Promise<MessageInitShape<M["response"]>>,
): BoundMethod {
  return async (payload, signal) => {
    const response = await handle(decodeRequest<M>(method, payload), signal);
    return encodeMessage<M["response"]>(method.response, response);
  };
}

function decodeRequest<M extends Method>(method: M, payload: Uint8Array): MessageShape<M["request"]> {
  try {
    return decodeMessage<M["request"]>(method.request, payload);
  } catch (error) {
    throw error instanceof DecodeError ? new RefusalError("malformed") : error;
  }
}
