/** Frames of docs/protocol.md: one request and one response on each stream, one frame on each push. */
import { DecodeError, encodeWith, Reader } from "@quicprochat/bytes";
import type { Stream } from "@quicprochat/connection";
import { limits } from "@quicprochat/protocol";

/** A request, or a push: `number` is the method's or the push's. */
export type RequestFrame = { readonly number: number; readonly requestId: number; readonly payload: Uint8Array };
export type ResponseFrame = { readonly status: number; readonly requestId: number; readonly payload: Uint8Array };

const REQUEST_HEADER_BYTES = 10;
const RESPONSE_HEADER_BYTES = 9;

export const encodeRequest = ({ number, requestId, payload }: RequestFrame): Uint8Array =>
  encodeWith((writer) => writer.u16(number).u32(requestId).vector32(payload));

export const encodeResponse = ({ status, requestId, payload }: ResponseFrame): Uint8Array =>
  encodeWith((writer) => writer.u8(status).u32(requestId).vector32(payload));

/** Reads to the end of the peer's bytes. Throws `DecodeError`, or the stream's `StreamError`. */
export async function readRequest(
  stream: Stream,
  payloadBytesMax: number = limits.payloadBytesMax,
): Promise<RequestFrame> {
  const reader = new Reader(await readFrame(stream, REQUEST_HEADER_BYTES, payloadBytesMax));
  return { number: reader.u16(), requestId: reader.u32(), payload: reader.vector32(payloadBytesMax) };
}

export async function readResponse(stream: Stream): Promise<ResponseFrame> {
  const reader = new Reader(await readFrame(stream, RESPONSE_HEADER_BYTES, limits.payloadBytesMax));
  return { status: reader.u8(), requestId: reader.u32(), payload: reader.vector32(limits.payloadBytesMax) };
}

/** All bytes of one frame; its length is the last field of the header. Refuses bytes behind it. */
async function readFrame(stream: Stream, headerBytes: number, payloadBytesMax: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let received = 0;
  let expected: number | undefined;
  for (;;) {
    const chunk = await stream.read();
    if (chunk === null) break;
    parts.push(chunk);
    received += chunk.length;
    if (expected === undefined && received >= headerBytes) {
      expected = headerBytes + lengthField(Buffer.concat(parts), headerBytes, payloadBytesMax);
    }
    if (expected !== undefined && received > expected) throw new DecodeError("trailing-bytes", expected);
  }
  if (expected === undefined || received < expected) throw new DecodeError("truncated", received);
  return Buffer.concat(parts);
}

function lengthField(bytes: Buffer, headerBytes: number, payloadBytesMax: number): number {
  const length = bytes.readUInt32BE(headerBytes - 4);
  if (length > payloadBytesMax) throw new DecodeError("too-long", headerBytes - 4);
  return length;
}
