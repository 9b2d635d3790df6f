/** STREAM, RESET_STREAM and STOP_SENDING frames: RFC 9000 sections 19.4, 19.5 and 19.8. */
import type { PacketReader } from "../packet-reader.ts";
import type { PacketWriter } from "../packet-writer.ts";
import { VARINT_MAX, varintSize } from "../varint.ts";
import { FrameType } from "./frame-type.ts";

export type StreamFrame = {
  readonly kind: "stream";
  readonly streamId: number;
  readonly offset: number;
  readonly fin: boolean;
  readonly data: Uint8Array;
};

export type ResetStreamFrame = {
  readonly kind: "reset-stream";
  readonly streamId: number;
  readonly code: number;
  readonly finalSize: number;
};

export type StopSendingFrame = { readonly kind: "stop-sending"; readonly streamId: number; readonly code: number };

const FIN = 0x01;
const LENGTH = 0x02;
const OFFSET = 0x04;

export function readStream(reader: PacketReader, type: number): StreamFrame {
  const streamId = reader.varint();
  const offset = (type & OFFSET) === 0 ? 0 : reader.varint();
  const data = (type & LENGTH) === 0 ? reader.rest() : reader.vector();
  if (offset + data.length > VARINT_MAX) throw reader.error("offset-too-large");
  return { kind: "stream", streamId, offset, fin: (type & FIN) !== 0, data };
}

/** `length` bytes are to follow; without `explicitLength` the frame takes the rest of the packet. */
export type StreamFrameHeader = {
  readonly streamId: number;
  readonly offset: number;
  readonly length: number;
  readonly fin: boolean;
  readonly explicitLength: boolean;
};

export const streamFrameOverhead = (streamId: number, offset: number): number =>
  1 + varintSize(streamId) + (offset === 0 ? 0 : varintSize(offset));

export function writeStreamHeader(writer: PacketWriter, header: StreamFrameHeader): void {
  const { streamId, offset, length, fin, explicitLength } = header;
  writer.u8(FrameType.stream | (fin ? FIN : 0) | (explicitLength ? LENGTH : 0) | (offset === 0 ? 0 : OFFSET));
  writer.varint(streamId);
  if (offset !== 0) writer.varint(offset);
  if (explicitLength) writer.varint(length);
}

export function writeStream(writer: PacketWriter, frame: StreamFrame): void {
  writeStreamHeader(writer, { ...frame, length: frame.data.length, explicitLength: true });
  writer.fixed(frame.data);
}

export const readResetStream = (reader: PacketReader): ResetStreamFrame => ({
  kind: "reset-stream",
  streamId: reader.varint(),
  code: reader.varint(),
  finalSize: reader.varint(),
});

export function writeResetStream(writer: PacketWriter, frame: ResetStreamFrame): void {
  writer.u8(FrameType.resetStream).varint(frame.streamId).varint(frame.code).varint(frame.finalSize);
}

export const readStopSending = (reader: PacketReader): StopSendingFrame => ({
  kind: "stop-sending",
  streamId: reader.varint(),
  code: reader.varint(),
});

export function writeStopSending(writer: PacketWriter, frame: StopSendingFrame): void {
  writer.u8(FrameType.stopSending).varint(frame.streamId).varint(frame.code);
}
