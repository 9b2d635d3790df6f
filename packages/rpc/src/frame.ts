/** Frames of docs/protocol.md: a fixed header whose last field is the payload's length, then the payload. */
import { decodeWhole, encodeWith } from "@quicprochat/bytes";

export const requestHeaderBytes = 10;
export const responseHeaderBytes = 9;

/** `number` is a method's, or a push's. */
export type RequestHeader = { readonly number: number; readonly requestId: number; readonly payloadBytes: number };
export type ResponseHeader = { readonly status: number; readonly requestId: number; readonly payloadBytes: number };

export type RequestFrame = { readonly number: number; readonly requestId: number; readonly payload: Uint8Array };
export type ResponseFrame = { readonly status: number; readonly requestId: number; readonly payload: Uint8Array };

export const encodeRequest = ({ number, requestId, payload }: RequestFrame): Uint8Array =>
  encodeWith((writer) => writer.u16(number).u32(requestId).vector32(payload));

export const encodeResponse = ({ status, requestId, payload }: ResponseFrame): Uint8Array =>
  encodeWith((writer) => writer.u8(status).u32(requestId).vector32(payload));

/** `DecodeError` unless these are exactly `requestHeaderBytes`. The length is the peer's word: check it before use. */
export const decodeRequestHeader = (bytes: Uint8Array): RequestHeader =>
  decodeWhole(bytes, (reader) => ({ number: reader.u16(), requestId: reader.u32(), payloadBytes: reader.u32() }));

export const decodeResponseHeader = (bytes: Uint8Array): ResponseHeader =>
  decodeWhole(bytes, (reader) => ({ status: reader.u8(), requestId: reader.u32(), payloadBytes: reader.u32() }));
