/** CONNECTION_CLOSE frames of both kinds: RFC 9000 section 19.19. */
import type { PacketReader } from "../packet-reader.ts";
import type { PacketWriter } from "../packet-writer.ts";
import { FrameType } from "./frame-type.ts";

export type CloseFrame = {
  readonly kind: "connection-close";
  /** Who ended it: `code` is the application's or one of `TransportErrorCode`. */
  readonly by: "transport" | "application";
  readonly code: number;
  /** The frame type that triggered it, 0 when unknown; 0 for the application. */
  readonly frameType: number;
  /** UTF-8, as it came. */
  readonly reason: Uint8Array;
};

export function readClose(reader: PacketReader, type: number): CloseFrame {
  const by = type === FrameType.connectionClose ? "transport" : "application";
  const code = reader.varint();
  const frameType = by === "transport" ? reader.varint() : 0;
  return { kind: "connection-close", by, code, frameType, reason: reader.vector() };
}

/** Bytes beside the reason. */
const CLOSE_BYTES_MAX = 1 + 8 + 8 + 4;

/** The reason is cut where the packet ends. */
export function writeClose(writer: PacketWriter, frame: CloseFrame): boolean {
  if (writer.room < CLOSE_BYTES_MAX) return false;
  writer.u8(frame.by === "transport" ? FrameType.connectionClose : FrameType.applicationClose).varint(frame.code);
  if (frame.by === "transport") writer.varint(frame.frameType);
  writer.vector(frame.reason.subarray(0, Math.max(0, writer.room - 4)));
  return true;
}
