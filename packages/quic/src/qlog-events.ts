/** The events that qvis draws (draft-ietf-quic-qlog-quic-events 01): packets, what they carry, losses, the state of recovery. */
import type { Frame } from "./frames/frame.ts";
import type { Path } from "./path.ts";
import type { Qlog, QlogFields } from "./qlog.ts";
import type { SentFrame, SentPacket } from "./sent-packets.ts";
import type { TlsLevel } from "./tls-handshake.ts";

const packetType = (level: TlsLevel): string => (level === "application" ? "1RTT" : level);

const header = (level: TlsLevel, number: number): QlogFields => ({
  packet_type: packetType(level),
  packet_number: number,
});

export function logPacketSent(qlog: Qlog, now: number, level: TlsLevel, packet: SentPacket): void {
  const frames = packet.frames.map(describe);
  qlog.event(now, "transport:packet_sent", {
    header: header(level, packet.number),
    raw: { length: packet.bytes },
    frames,
  });
}

export type ReceivedPacket = {
  readonly level: TlsLevel;
  readonly number: number;
  readonly bytes: number;
  readonly frames: readonly Frame[];
};

export function logPacketReceived(qlog: Qlog, now: number, { level, number, bytes, frames }: ReceivedPacket): void {
  const data = { header: header(level, number), raw: { length: bytes }, frames: frames.map(describe) };
  qlog.event(now, "transport:packet_received", data);
}

export function logPacketLost(qlog: Qlog, now: number, level: TlsLevel, packet: SentPacket): void {
  qlog.event(now, "recovery:packet_lost", { header: header(level, packet.number), raw: { length: packet.bytes } });
}

export function logMetrics(qlog: Qlog, now: number, path: Path, ptoCount: number): void {
  const { rtt, congestion, bytesInFlight } = path;
  qlog.event(now, "recovery:metrics_updated", {
    min_rtt: Number.isFinite(rtt.minimum) ? rtt.minimum : undefined,
    smoothed_rtt: rtt.smoothed,
    latest_rtt: rtt.latest,
    rtt_variance: rtt.variation,
    pto_count: ptoCount,
    congestion_window: Math.round(congestion.window),
    bytes_in_flight: bytesInFlight,
  });
}

/** Numbers of a frame, and never its content. */
function describe(frame: SentFrame): QlogFields {
  if (frame.kind === "sent-stream") return describeStream(frame.stream.id, frame.length, frame);
  if (frame.kind === "stream") return describeStream(frame.streamId, frame.data.length, frame);
  if (frame.kind === "sent-crypto") return { frame_type: "crypto", offset: frame.offset, length: frame.length };
  if (frame.kind === "crypto") return { frame_type: "crypto", offset: frame.offset, length: frame.data.length };
  if (frame.kind === "sent-ack") return { frame_type: "ack", acked_ranges: [[frame.largest, frame.largest]] };
  if (frame.kind === "ack") return { frame_type: "ack", ack_delay: frame.delay, acked_ranges: pairs(frame.ranges) };
  return describeControl(frame);
}

function describeStream(
  id: number,
  length: number,
  frame: { readonly offset: number; readonly fin: boolean },
): QlogFields {
  return { frame_type: "stream", stream_id: id, offset: frame.offset, length, fin: frame.fin };
}

function describeControl(frame: Frame): QlogFields {
  const fields: Record<string, unknown> = { frame_type: frame.kind.replaceAll("-", "_") };
  if ("streamId" in frame) fields["stream_id"] = frame.streamId;
  if ("maximum" in frame) fields["maximum"] = frame.maximum;
  if ("limit" in frame) fields["limit"] = frame.limit;
  if ("sequence" in frame) fields["sequence_number"] = frame.sequence;
  if ("code" in frame) fields["error_code"] = frame.code;
  return fields;
}

function pairs(ranges: readonly number[]): readonly (readonly [number, number])[] {
  const all: [number, number][] = [];
  for (let index = ranges.length - 2; index >= 0; index -= 2) all.push([ranges[index + 1] ?? 0, ranges[index] ?? 0]);
  return all;
}
