/** Pushes: one request frame on a unidirectional stream that the server opens. A hint: losing one loses nothing. */

import type { DescMessage, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import { DecodeError } from "@quicprochat/bytes";
import { type Connection, StreamError } from "@quicprochat/connection";
import type { pushes } from "@quicprochat/protocol";
import { closeCodes } from "./close-codes.ts";
import { decodeRequestHeader, encodeRequest, requestHeaderBytes } from "./frame.ts";
import { Incoming } from "./incoming.ts";
import { limits } from "./limits.ts";
import { decodeMessage, encodeMessage } from "./message.ts";
import { withStream } from "./with-stream.ts";
import { within } from "./within.ts";

type Push = (typeof pushes)[keyof typeof pushes];

/** Resolves when the push was handed to the transport. Throws `RpcError`. */
export async function push<P extends Push>(
  connection: Connection,
  { number, message: schema }: P,
  message: MessageInitShape<P["message"]>,
): Promise<void> {
  const frame = encodeRequest({ number, requestId: 0, payload: encodeMessage<P["message"]>(schema, message) });
  await withStream(connection, { unidirectional: true, deadlineMs: limits.deliveryMs }, async (stream) => {
    await stream.write(frame);
    await stream.end();
  });
}

/** `number` may be one that only newer programs know: ignore those. */
export type ReceivedPush = { readonly number: number; readonly payload: Uint8Array };

/**
 * Hands every push to `onPush`, one after the other, until the connection has ended. A malformed or late one costs its
 * stream; a peer that sends many of them loses the connection.
 */
export async function receivePushes(connection: Connection, onPush: (push: ReceivedPush) => void): Promise<void> {
  let malformed = 0;
  for (;;) {
    const stream = await connection.accept();
    if (stream === null) return;
    try {
      const reading = readPush(new Incoming(stream));
      onPush(await within(limits.arrivalMs, reading, () => stream.reset(closeCodes.excessive)));
    } catch (error) {
      if (error instanceof StreamError) continue;
      if (!(error instanceof DecodeError)) throw error;
      stream.reset(closeCodes.badFrame);
      if (++malformed > limits.malformedFramesMax) connection.close(closeCodes.badFrame, "malformed pushes");
    }
  }
}

async function readPush(incoming: Incoming): Promise<ReceivedPush> {
  const { number, payloadBytes } = decodeRequestHeader(await incoming.take(requestHeaderBytes));
  if (payloadBytes > limits.pushBytesMax) throw new DecodeError("too-long");
  const payload = await incoming.take(payloadBytes);
  await incoming.end();
  return { number, payload };
}

/** The message of a push, `undefined` when its payload is none. */
export function decodePush<Desc extends DescMessage>(
  schema: Desc,
  payload: Uint8Array,
): MessageShape<Desc> | undefined {
  try {
    return decodeMessage(schema, payload);
  } catch {
    return undefined;
  }
}
