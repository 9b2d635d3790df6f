/** MAX_DATA to STREAMS_BLOCKED: RFC 9000 sections 19.9 to 19.14. */
import type { PacketReader } from "../packet-reader.ts";
import type { PacketWriter } from "../packet-writer.ts";
import { FrameType } from "./frame-type.ts";

export type MaxDataFrame = { readonly kind: "max-data"; readonly maximum: number };
export type MaxStreamDataFrame = {
  readonly kind: "max-stream-data";
  readonly streamId: number;
  readonly maximum: number;
};
export type MaxStreamsFrame = {
  readonly kind: "max-streams";
  readonly unidirectional: boolean;
  readonly maximum: number;
};
export type DataBlockedFrame = { readonly kind: "data-blocked"; readonly limit: number };
export type StreamDataBlockedFrame = {
  readonly kind: "stream-data-blocked";
  readonly streamId: number;
  readonly limit: number;
};
export type StreamsBlockedFrame = {
  readonly kind: "streams-blocked";
  readonly unidirectional: boolean;
  readonly limit: number;
};

/** RFC 9000 section 4.6: no stream id beyond 2^62 can exist. */
const STREAMS_MAX = 2 ** 60;

export const readMaxData = (reader: PacketReader): MaxDataFrame => ({ kind: "max-data", maximum: reader.varint() });

export function writeMaxData(writer: PacketWriter, frame: MaxDataFrame): void {
  writer.u8(FrameType.maxData).varint(frame.maximum);
}

export const readMaxStreamData = (reader: PacketReader): MaxStreamDataFrame => ({
  kind: "max-stream-data",
  streamId: reader.varint(),
  maximum: reader.varint(),
});

export function writeMaxStreamData(writer: PacketWriter, frame: MaxStreamDataFrame): void {
  writer.u8(FrameType.maxStreamData).varint(frame.streamId).varint(frame.maximum);
}

export const readMaxStreams = (reader: PacketReader, type: number): MaxStreamsFrame => ({
  kind: "max-streams",
  unidirectional: type === FrameType.maxStreamsUnidirectional,
  maximum: streamCount(reader),
});

export function writeMaxStreams(writer: PacketWriter, frame: MaxStreamsFrame): void {
  writer.u8(frame.unidirectional ? FrameType.maxStreamsUnidirectional : FrameType.maxStreamsBidirectional);
  writer.varint(frame.maximum);
}

export const readDataBlocked = (reader: PacketReader): DataBlockedFrame => ({
  kind: "data-blocked",
  limit: reader.varint(),
});

export function writeDataBlocked(writer: PacketWriter, frame: DataBlockedFrame): void {
  writer.u8(FrameType.dataBlocked).varint(frame.limit);
}

export const readStreamDataBlocked = (reader: PacketReader): StreamDataBlockedFrame => ({
  kind: "stream-data-blocked",
  streamId: reader.varint(),
  limit: reader.varint(),
});

export function writeStreamDataBlocked(writer: PacketWriter, frame: StreamDataBlockedFrame): void {
  writer.u8(FrameType.streamDataBlocked).varint(frame.streamId).varint(frame.limit);
}

export const readStreamsBlocked = (reader: PacketReader, type: number): StreamsBlockedFrame => ({
  kind: "streams-blocked",
  unidirectional: type === FrameType.streamsBlockedUnidirectional,
  limit: streamCount(reader),
});

export function writeStreamsBlocked(writer: PacketWriter, frame: StreamsBlockedFrame): void {
  writer.u8(frame.unidirectional ? FrameType.streamsBlockedUnidirectional : FrameType.streamsBlockedBidirectional);
  writer.varint(frame.limit);
}

/** A count above 2^60 is an error; one above 2^53 reads as 2^53, which is as good. */
function streamCount(reader: PacketReader): number {
  if (reader.varintHigh() > STREAMS_MAX / 2 ** 32) throw reader.error("too-many-streams");
  return reader.varint();
}
