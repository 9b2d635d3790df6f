/** Pushes: one unidirectional stream each, opened by the server. A push is a hint; losing one loses nothing. */
import { create, type DescMessage, fromBinary, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { DecodeError } from "@quicprochat/bytes";
import { type Connection, StreamError } from "@quicprochat/connection";
import type { pushes } from "@quicprochat/protocol";
import { closeCodes } from "./close-codes.ts";
import { encodeRequest, readRequest } from "./frame.ts";
import { rpcLimits } from "./limits.ts";

type Push = (typeof pushes)[keyof typeof pushes];

/** Throws `StreamError` when the connection has ended. */
export async function push<P extends Push>(
  connection: Connection,
  kind: P,
  message: MessageInitShape<P["message"]>,
): Promise<void> {
  const schema: DescMessage = kind.message;
  const payload = toBinary(schema, create(schema, message));
  const stream = await connection.open({ unidirectional: true });
  await stream.write(encodeRequest({ number: kind.number, requestId: 0, payload }));
  await stream.end();
}

export type ReceivedPush = { readonly number: number; readonly payload: Uint8Array };

/** Hands every push of the peer to `onPush`, until the connection has ended. Malformed ones are dropped. Never throws. */
export async function receivePushes(connection: Connection, onPush: (push: ReceivedPush) => void): Promise<void> {
  for (;;) {
    const stream = await connection.accept();
    if (stream === null) return;
    try {
      onPush(await readRequest(stream, rpcLimits.pushBytesMax));
    } catch (error) {
      if (error instanceof DecodeError) stream.reset(closeCodes.badFrame);
      else if (!(error instanceof StreamError)) throw error;
    }
  }
}

/** The message of a push; `undefined` when it is none. */
export function decodePush<Desc extends DescMessage>(
  schema: Desc,
  payload: Uint8Array,
): ReturnType<typeof fromBinary<Desc>> | undefined {
  try {
    return fromBinary(schema, payload);
  } catch {
    return undefined;
  }
}
