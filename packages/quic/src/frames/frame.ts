/** All frames: reading the next one of a packet, and writing any one (RFC 9000 section 19, RFC 9221). */
import type { PacketReader } from "../packet-reader.ts";
import type { PacketWriter } from "../packet-writer.ts";
import { type AckFrame, readAck, writeAck } from "./ack-frame.ts";
import { type CloseFrame, readClose, writeClose } from "./close-frame.ts";
import {
  type NewConnectionIdFrame,
  type RetireConnectionIdFrame,
  readNewConnectionId,
  readRetireConnectionId,
  writeNewConnectionId,
  writeRetireConnectionId,
} from "./connection-id-frames.ts";
import { type DatagramFrame, readDatagram, writeDatagram } from "./datagram-frame.ts";
import {
  type DataBlockedFrame,
  type MaxDataFrame,
  type MaxStreamDataFrame,
  type MaxStreamsFrame,
  readDataBlocked,
  readMaxData,
  readMaxStreamData,
  readMaxStreams,
  readStreamDataBlocked,
  readStreamsBlocked,
  type StreamDataBlockedFrame,
  type StreamsBlockedFrame,
  writeDataBlocked,
  writeMaxData,
  writeMaxStreamData,
  writeMaxStreams,
  writeStreamDataBlocked,
  writeStreamsBlocked,
} from "./flow-control-frames.ts";
import { FrameType } from "./frame-type.ts";
import {
  type CryptoFrame,
  type HandshakeDoneFrame,
  type NewTokenFrame,
  readCrypto,
  readNewToken,
  writeCrypto,
  writeNewToken,
} from "./handshake-frames.ts";
import { type PathFrame, readPathFrame, writePathFrame } from "./path-frames.ts";
import {
  type ResetStreamFrame,
  readResetStream,
  readStopSending,
  readStream,
  type StopSendingFrame,
  type StreamFrame,
  writeResetStream,
  writeStopSending,
  writeStream,
} from "./stream-frames.ts";

export type PaddingFrame = { readonly kind: "padding"; readonly length: number };
export type PingFrame = { readonly kind: "ping" };

export type Frame =
  | PaddingFrame
  | PingFrame
  | AckFrame
  | ResetStreamFrame
  | StopSendingFrame
  | CryptoFrame
  | NewTokenFrame
  | StreamFrame
  | MaxDataFrame
  | MaxStreamDataFrame
  | MaxStreamsFrame
  | DataBlockedFrame
  | StreamDataBlockedFrame
  | StreamsBlockedFrame
  | NewConnectionIdFrame
  | RetireConnectionIdFrame
  | PathFrame
  | CloseFrame
  | HandshakeDoneFrame
  | DatagramFrame;

const PING: PingFrame = { kind: "ping" };
const HANDSHAKE_DONE: HandshakeDoneFrame = { kind: "handshake-done" };

/** The frame behind `type`, which `reader.frameType()` has read. Views of the packet. Throws `DecodeError`. */
export function readFrame(reader: PacketReader, type: number): Frame {
  if (type >= FrameType.stream && type <= FrameType.streamLast) return readStream(reader, type);
  return type < FrameType.maxData ? readLowFrame(reader, type) : readHighFrame(reader, type);
}

function readLowFrame(reader: PacketReader, type: number): Frame {
  switch (type) {
    case FrameType.padding:
      return { kind: "padding", length: 1 + reader.zeros() };
    case FrameType.ping:
      return PING;
    case FrameType.ack:
      return readAck(reader, false);
    case FrameType.ackEcn:
      return readAck(reader, true);
    case FrameType.resetStream:
      return readResetStream(reader);
    case FrameType.stopSending:
      return readStopSending(reader);
    case FrameType.crypto:
      return readCrypto(reader);
    case FrameType.newToken:
      return readNewToken(reader);
    default:
      throw reader.error("unknown-frame-type");
  }
}

function readHighFrame(reader: PacketReader, type: number): Frame {
  if (type >= FrameType.newConnectionId) return readConnectionFrame(reader, type);
  switch (type) {
    case FrameType.maxData:
      return readMaxData(reader);
    case FrameType.maxStreamData:
      return readMaxStreamData(reader);
    case FrameType.maxStreamsBidirectional:
    case FrameType.maxStreamsUnidirectional:
      return readMaxStreams(reader, type);
    case FrameType.dataBlocked:
      return readDataBlocked(reader);
    case FrameType.streamDataBlocked:
      return readStreamDataBlocked(reader);
    case FrameType.streamsBlockedBidirectional:
    case FrameType.streamsBlockedUnidirectional:
      return readStreamsBlocked(reader, type);
    default:
      throw reader.error("unknown-frame-type");
  }
}

function readConnectionFrame(reader: PacketReader, type: number): Frame {
  switch (type) {
    case FrameType.newConnectionId:
      return readNewConnectionId(reader);
    case FrameType.retireConnectionId:
      return readRetireConnectionId(reader);
    case FrameType.pathChallenge:
    case FrameType.pathResponse:
      return readPathFrame(reader, type);
    case FrameType.connectionClose:
    case FrameType.applicationClose:
      return readClose(reader, type);
    case FrameType.handshakeDone:
      return HANDSHAKE_DONE;
    case FrameType.datagram:
    case FrameType.datagramWithLength:
      return readDatagram(reader, type);
    default:
      throw reader.error("unknown-frame-type");
  }
}

type ConnectionFrame =
  | NewConnectionIdFrame
  | RetireConnectionIdFrame
  | PathFrame
  | CloseFrame
  | HandshakeDoneFrame
  | DatagramFrame
  | NewTokenFrame;
type FlowControlFrame =
  | MaxDataFrame
  | MaxStreamDataFrame
  | MaxStreamsFrame
  | DataBlockedFrame
  | StreamDataBlockedFrame
  | StreamsBlockedFrame;

/** Writes any frame. The caller has made sure that it fits. */
export function writeFrame(writer: PacketWriter, frame: Frame): void {
  if (frame.kind === "stream") writeStream(writer, frame);
  else if (frame.kind === "ack") writeAck(writer, frame);
  else if (frame.kind === "crypto") writeCrypto(writer, frame);
  else if (frame.kind === "padding") writer.zeros(frame.length);
  else if (frame.kind === "ping") writer.u8(FrameType.ping);
  else if (frame.kind === "reset-stream") writeResetStream(writer, frame);
  else if (frame.kind === "stop-sending") writeStopSending(writer, frame);
  else if (isFlowControl(frame)) writeFlowControlFrame(writer, frame);
  else writeConnectionFrame(writer, frame);
}

const isFlowControl = (frame: FlowControlFrame | ConnectionFrame): frame is FlowControlFrame =>
  frame.kind.startsWith("max-") || frame.kind.endsWith("-blocked");

function writeFlowControlFrame(writer: PacketWriter, frame: FlowControlFrame): void {
  switch (frame.kind) {
    case "max-data":
      writeMaxData(writer, frame);
      return;
    case "max-stream-data":
      writeMaxStreamData(writer, frame);
      return;
    case "max-streams":
      writeMaxStreams(writer, frame);
      return;
    case "data-blocked":
      writeDataBlocked(writer, frame);
      return;
    case "stream-data-blocked":
      writeStreamDataBlocked(writer, frame);
      return;
    case "streams-blocked":
      writeStreamsBlocked(writer, frame);
  }
}

function writeConnectionFrame(writer: PacketWriter, frame: ConnectionFrame): void {
  switch (frame.kind) {
    case "new-connection-id":
      writeNewConnectionId(writer, frame);
      return;
    case "retire-connection-id":
      writeRetireConnectionId(writer, frame);
      return;
    case "path-challenge":
    case "path-response":
      writePathFrame(writer, frame);
      return;
    case "connection-close":
      writeClose(writer, frame);
      return;
    case "handshake-done":
      writer.u8(FrameType.handshakeDone);
      return;
    case "datagram":
      writeDatagram(writer, frame);
      return;
    case "new-token":
      writeNewToken(writer, frame);
  }
}
