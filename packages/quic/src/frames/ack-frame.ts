/** ACK frames: RFC 9000 section 19.3. */
import type { PacketReader } from "../packet-reader.ts";
import type { PacketWriter } from "../packet-writer.ts";
import type { RangeSet } from "../range-set.ts";
import { varintSize } from "../varint.ts";
import { FrameType } from "./frame-type.ts";

export type EcnCounts = { readonly ect0: number; readonly ect1: number; readonly ce: number };

export type AckFrame = {
  readonly kind: "ack";
  readonly largest: number;
  /** As on the wire: to be multiplied by 2^ack_delay_exponent microseconds. */
  readonly delay: number;
  /** From the highest range down: largest, smallest, largest, smallest... inclusive. */
  readonly ranges: readonly number[];
  readonly ecn: EcnCounts | undefined;
};

export function readAck(reader: PacketReader, withEcn: boolean): AckFrame {
  const largest = reader.varint();
  const delay = reader.varint();
  const count = reader.varint();
  // Each further range takes two bytes at least, so a count beyond that cannot be true.
  if (count > reader.remaining / 2) throw reader.error("truncated");
  let smallest = largest - reader.varint();
  const ranges = [largest, smallest];
  for (let index = 0; index < count; index++) {
    const top = smallest - reader.varint() - 2;
    smallest = top - reader.varint();
    ranges.push(top, smallest);
  }
  if (smallest < 0) throw reader.error("negative-packet-number");
  const ecn = withEcn ? { ect0: reader.varint(), ect1: reader.varint(), ce: reader.varint() } : undefined;
  return { kind: "ack", largest, delay, ranges, ecn };
}

export function writeAck(writer: PacketWriter, frame: AckFrame): void {
  writer.u8(frame.ecn === undefined ? FrameType.ack : FrameType.ackEcn);
  writer.varint(frame.largest).varint(frame.delay);
  writer.varint(frame.ranges.length / 2 - 1);
  let above = frame.largest + 2;
  for (let index = 0; index < frame.ranges.length; index += 2) {
    const top = frame.ranges[index] ?? 0;
    const smallest = frame.ranges[index + 1] ?? 0;
    if (index > 0) writer.varint(above - top - 2);
    writer.varint(top - smallest);
    above = smallest;
  }
  if (frame.ecn !== undefined) writer.varint(frame.ecn.ect0).varint(frame.ecn.ect1).varint(frame.ecn.ce);
}

/** The bytes of an ACK that always fits: type, largest, delay, count, first range, three ECN counts. */
const ACK_BYTES_MIN = 1 + 8 + 8 + 2 + 8 + 24;

export type AckOptions = { readonly delay: number; readonly ecn: EcnCounts | undefined };

/** Writes the ranges of `received` from the highest down, as many as fit; `false` when there is no room at all. */
export function writeAckOf(writer: PacketWriter, received: RangeSet, { delay, ecn }: AckOptions): boolean {
  let index = received.count - 1;
  if (index < 0 || writer.room < ACK_BYTES_MIN) return false;
  const largest = received.top - 1;
  let bytes = ACK_BYTES_MIN;
  let first = index;
  while (first > 0) {
    const gap = received.start(first) - received.end(first - 1) - 1;
    bytes += varintSize(gap) + varintSize(received.end(first - 1) - received.start(first - 1) - 1);
    if (bytes > writer.room) break;
    first--;
  }
  writer.u8(ecn === undefined ? FrameType.ack : FrameType.ackEcn);
  writer.varint(largest).varint(delay);
  writer.varint(index - first);
  writer.varint(largest - received.start(index));
  for (index--; index >= first; index--) {
    writer.varint(received.start(index + 1) - received.end(index) - 1);
    writer.varint(received.end(index) - received.start(index) - 1);
  }
  if (ecn !== undefined) writer.varint(ecn.ect0).varint(ecn.ect1).varint(ecn.ce);
  return true;
}
