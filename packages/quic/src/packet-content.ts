/** What goes into packets: ACKs, handshake bytes, control frames, datagrams and stream data, in this order. */
import type { ConnectionState } from "./connection-state.ts";
import { writeAckOf } from "./frames/ack-frame.ts";
import { FrameType } from "./frames/frame-type.ts";
import type { PacketNumberSpace } from "./packet-number-space.ts";
import type { PacketWriter } from "./packet-writer.ts";
import type { Path } from "./path.ts";
import type { SentPacket } from "./sent-packets.ts";

const CRYPTO_FRAME_OVERHEAD = 1 + 8 + 2;
const CRYPTO_DATA_MIN = 16;

/** Whether an ACK has to go now, even with nothing else. */
export const ackIsDue = (now: number, space: PacketNumberSpace): boolean => space.received.due(now);

/** Whether there is something that asks for an acknowledgement. */
export function hasAckEliciting(state: ConnectionState, space: PacketNumberSpace, path: Path): boolean {
  if (space.probes > 0 || space.cryptoSend.hasSomething(Number.POSITIVE_INFINITY)) return true;
  if (space.level !== "application" || !state.handshakeComplete) return false;
  const { control, streams, datagrams, pingDue } = state;
  return (
    pingDue ||
    control.count > 0 ||
    streams.hasCredits ||
    streams.sender.hasSomething ||
    datagrams.hasOutgoing ||
    path.responses.length > 0 ||
    path.validation.state === "wanted"
  );
}

/** An ACK rides along whenever something new was received. */
export function writeAckIfPending(
  now: number,
  space: PacketNumberSpace,
  writer: PacketWriter,
  packet: SentPacket,
): void {
  const { received } = space;
  if (!received.pending && !received.due(now)) return;
  // The exponent is the default of 3: units of eight microseconds.
  const delay = space.level === "application" ? Math.max(0, Math.floor(((now - received.largestAt) * 1000) / 8)) : 0;
  const { largest } = received;
  if (!writeAckOf(writer, received.ranges, { delay, ecn: received.ecn })) return;
  received.onAckSent();
  packet.frames.push({ kind: "sent-ack", largest });
}

export function writeCryptoFrames(space: PacketNumberSpace, writer: PacketWriter, packet: SentPacket): void {
  const { cryptoSend } = space;
  while (writer.room >= CRYPTO_FRAME_OVERHEAD + CRYPTO_DATA_MIN) {
    const chunk = cryptoSend.take(writer.room - CRYPTO_FRAME_OVERHEAD, Number.POSITIVE_INFINITY);
    if (chunk === undefined) return;
    const { offset, length } = chunk;
    writer.u8(FrameType.crypto).varint(offset).varint(length);
    cryptoSend.copy(chunk, writer.bytes, writer.skip(length));
    packet.frames.push({ kind: "sent-crypto", offset, length });
    packet.ackEliciting = true;
  }
}

/** Frames of 1-RTT packets. */
export function writeApplicationFrames(state: ConnectionState, writer: PacketWriter, packet: SentPacket): void {
  const start = writer.at;
  const capacity = writer.room;
  state.control.write(writer, packet);
  if (state.streams.hasCredits || state.streams.sender.isBlocked) state.streams.writeCredits(writer, packet);
  if (state.datagrams.hasOutgoing) state.datagrams.write(writer, capacity);
  if (state.streams.sender.hasSomething) state.streams.writeData(writer, packet);
  if (state.pingDue) {
    if (writer.at === start && writer.room > 0) writer.u8(FrameType.ping);
    state.pingDue = false;
  }
  if (writer.at > start) packet.ackEliciting = true;
}

/** Challenge and responses of one path. `true` when something was written. */
export function writePathFrames(
  now: number,
  path: Path,
  writer: PacketWriter,
  options: { readonly timeout: number; readonly random: (length: number) => Uint8Array },
): boolean {
  const start = writer.at;
  for (const data of path.responses.splice(0)) writer.u8(FrameType.pathResponse).fixed(data);
  if (path.validation.state === "wanted") {
    const data = options.random(8);
    writer.u8(FrameType.pathChallenge).fixed(data);
    path.validation.onChallengeSent(now, data, options.timeout);
  }
  return writer.at > start;
}
