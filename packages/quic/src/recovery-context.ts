/** What acknowledgement and loss of packets mean for what they carried: RFC 9000 section 13.3. */
import type { ConnectionState } from "./connection-state.ts";
import type { RecoveryContext } from "./loss-detection.ts";
import type { PacketNumberSpace } from "./packet-number-space.ts";
import type { Path } from "./path.ts";
import { logPacketLost } from "./qlog-events.ts";
import type { SentFrame, SentPacket } from "./sent-packets.ts";

export function recoveryContext(state: ConnectionState, activePath: () => Path): RecoveryContext {
  return {
    spaces: state.spaces,
    activePath,
    handshakeConfirmed: () => state.handshakeConfirmed,
    mayProbeApplication: () =>
      state.handshakeConfirmed || (state.handshakeComplete && !state.spaces[1].hasUnacknowledged),
    peerMayBeBlocked: () => state.role === "client" && !state.handshakeConfirmed && state.spaces[1].largestAcked < 0,
    hasHandshakeKeys: () => state.spaces[1].keys !== undefined,
    maxAckDelay: () => state.peerParameters.maxAckDelay,
    onAcked: (space, packet) => onAcked(state, space, packet),
    onLost: (now, space, packet) => {
      const { path } = packet;
      if (state.qlog !== undefined) logPacketLost(state.qlog, now, space.level, packet);
      if (packet.mtuProbe) path.mtu.onProbeLost(packet.bytes);
      else if (path.mtu.onLost(now, packet.bytes)) path.setDatagramBytes();
      resend(state, space, packet);
    },
    resend: (space, packet) => resend(state, space, packet),
  };
}

function onAcked({ streams }: ConnectionState, space: PacketNumberSpace, packet: SentPacket): void {
  if (packet.mtuProbe && packet.path.mtu.onProbeAcked(packet.bytes)) packet.path.setDatagramBytes();
  for (const frame of packet.frames) {
    if (frame.kind === "sent-stream") streams.onAcked(frame.stream, frame);
    else if (frame.kind === "sent-crypto") space.cryptoSend.onAcked(frame.offset, frame.length, false);
    else if (frame.kind === "sent-ack") space.received.onAckAcknowledged(frame.largest);
    else if (frame.kind === "reset-stream") streams.onResetAcked(frame.streamId);
  }
}

function resend(state: ConnectionState, space: PacketNumberSpace, packet: SentPacket): void {
  for (const frame of packet.frames) {
    if (frame.kind === "sent-stream") state.streams.onLost(frame.stream, frame);
    else if (frame.kind === "sent-crypto") space.cryptoSend.onLost(frame.offset, frame.length, false);
    else if (frame.kind !== "sent-ack") resendControl(state, frame);
  }
}

/** Frames not named here are made anew when they are needed, or not at all. */
function resendControl(
  { control, localIds, streams }: ConnectionState,
  frame: Exclude<SentFrame, { kind: `sent-${string}` }>,
): void {
  const { kind } = frame;
  if (kind === "handshake-done" || kind === "retire-connection-id" || kind === "new-token") control.push(frame);
  else if (kind !== "new-connection-id") streams.resend(frame);
  else if (localIds.isActive(frame.sequence)) control.push(frame);
}
