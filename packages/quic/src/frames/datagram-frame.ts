/** DATAGRAM frames: RFC 9221 section 4. */
import type { PacketReader } from "../packet-reader.ts";
import type { PacketWriter } from "../packet-writer.ts";
import { varintSize } from "../varint.ts";
import { FrameType } from "./frame-type.ts";

export type DatagramFrame = { readonly kind: "datagram"; readonly data: Uint8Array };

export const readDatagram = (reader: PacketReader, type: number): DatagramFrame => ({
  kind: "datagram",
  data: type === FrameType.datagram ? reader.rest() : reader.vector(),
});

export const datagramFrameSize = (length: number): number => 1 + varintSize(length) + length;

export function writeDatagram(writer: PacketWriter, frame: DatagramFrame): void {
  writer.u8(FrameType.datagramWithLength).vector(frame.data);
}
