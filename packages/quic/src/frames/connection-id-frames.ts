/** NEW_CONNECTION_ID and RETIRE_CONNECTION_ID frames: RFC 9000 sections 19.15 and 19.16. */
import type { PacketReader } from "../packet-reader.ts";
import type { PacketWriter } from "../packet-writer.ts";
import { FrameType } from "./frame-type.ts";

const CONNECTION_ID_BYTES_MAX = 20;
const RESET_TOKEN_BYTES = 16;

export type NewConnectionIdFrame = {
  readonly kind: "new-connection-id";
  readonly sequence: number;
  readonly retirePriorTo: number;
  readonly connectionId: Uint8Array;
  readonly resetToken: Uint8Array;
};

export type RetireConnectionIdFrame = { readonly kind: "retire-connection-id"; readonly sequence: number };

export function readNewConnectionId(reader: PacketReader): NewConnectionIdFrame {
  const sequence = reader.varint();
  const retirePriorTo = reader.varint();
  if (retirePriorTo > sequence) throw reader.error("retires-itself");
  const length = reader.u8();
  if (length < 1 || length > CONNECTION_ID_BYTES_MAX) throw reader.error("bad-connection-id-length");
  const connectionId = reader.fixed(length);
  return {
    kind: "new-connection-id",
    sequence,
    retirePriorTo,
    connectionId,
    resetToken: reader.fixed(RESET_TOKEN_BYTES),
  };
}

export function writeNewConnectionId(writer: PacketWriter, frame: NewConnectionIdFrame): void {
  writer.u8(FrameType.newConnectionId).varint(frame.sequence).varint(frame.retirePriorTo);
  writer.u8(frame.connectionId.length).fixed(frame.connectionId).fixed(frame.resetToken);
}

export const readRetireConnectionId = (reader: PacketReader): RetireConnectionIdFrame => ({
  kind: "retire-connection-id",
  sequence: reader.varint(),
});

export function writeRetireConnectionId(writer: PacketWriter, frame: RetireConnectionIdFrame): void {
  writer.u8(FrameType.retireConnectionId).varint(frame.sequence);
}
