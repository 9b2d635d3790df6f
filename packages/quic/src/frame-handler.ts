/** What each frame of the peer does: RFC 9000 sections 12.4, 13 and 19. */
import { DecodeError } from "@quicprochat/bytes";
import type { Closing } from "./closing.ts";
import type { ConnectionState } from "./connection-state.ts";
import type { AckFrame } from "./frames/ack-frame.ts";
import type { CloseFrame } from "./frames/close-frame.ts";
import { type Frame, readFrame } from "./frames/frame.ts";
import { allowedInHandshake, isAckEliciting, isProbing } from "./frames/frame-type.ts";
import type { Handshake } from "./handshake.ts";
import { CONNECTION_IDS_MAX } from "./limits.ts";
import type { LossDetection } from "./loss-detection.ts";
import type { PacketNumberSpace } from "./packet-number-space.ts";
import { PacketReader } from "./packet-reader.ts";
import type { Path } from "./path.ts";
import type { Paths } from "./paths.ts";
import { logMetrics } from "./qlog-events.ts";
import { TransportError, TransportErrorCode } from "./transport-error.ts";

export type FrameHandlerParts = {
  readonly state: ConnectionState;
  readonly recovery: LossDetection;
  readonly handshake: Handshake;
  readonly paths: Paths;
  readonly closing: Closing;
  /** The handshake is confirmed on the client (RFC 9001 section 4.1.2). */
  readonly onHandshakeDone: (now: number) => void;
};

/** A packet that was opened. */
export type OpenedPacket = {
  readonly now: number;
  readonly space: PacketNumberSpace;
  readonly path: Path;
  /** The connection id that it was addressed to. */
  readonly destination: Uint8Array;
  /** Collects the frames, for a log. */
  readonly seen: Frame[] | undefined;
};

export type PacketNature = { ackEliciting: boolean; probing: boolean };

export class FrameHandler {
  readonly #parts: FrameHandlerParts;
  readonly #reader = new PacketReader(new Uint8Array(0));

  constructor(parts: FrameHandlerParts) {
    this.#parts = parts;
  }

  /** All frames in `[at, end)` of `buffer`. Throws `TransportError`. */
  handle(packet: OpenedPacket, buffer: Uint8Array, at: number, end: number): PacketNature {
    if (at === end) throw new TransportError(TransportErrorCode.protocolViolation, "a packet without frames");
    const reader = this.#reader;
    reader.reset(buffer, at, end);
    const nature = { ackEliciting: false, probing: true };
    let type = 0;
    try {
      while (reader.remaining > 0) {
        type = reader.frameType();
        if (packet.space.level !== "application" && !allowedInHandshake(type)) {
          throw new TransportError(TransportErrorCode.protocolViolation, "this frame is not for the handshake", type);
        }
        if (isAckEliciting(type)) nature.ackEliciting = true;
        if (!isProbing(type)) nature.probing = false;
        const frame = readFrame(reader, type);
        packet.seen?.push(frame);
        this.#dispatch(packet, frame);
      }
    } catch (error) {
      if (error instanceof DecodeError)
        throw new TransportError(TransportErrorCode.frameEncodingError, error.message, type);
      if (error instanceof TransportError && error.frameType === 0)
        throw new TransportError(error.code, error.message, type);
      throw error;
    }
    return nature;
  }

  #dispatch(packet: OpenedPacket, frame: Frame): void {
    const { state } = this.#parts;
    const { now, path } = packet;
    // Of a connection that is ending only the peer's own close is still of interest (section 10.2.1).
    if (state.isEnding && frame.kind !== "connection-close") return;
    if (frame.kind === "stream") {
      state.streams.onStream(frame, { now, roundTrip: path.rtt.smoothed });
    } else if (frame.kind === "ack") {
      this.#onAck(packet, frame);
    } else if (frame.kind === "crypto") {
      this.#parts.handshake.onCrypto(packet.space, frame.offset, frame.data);
    } else if (frame.kind === "datagram") {
      if (state.datagrams.receive(frame.data)) state.emit({ kind: "datagram" });
    } else if (frame.kind === "connection-close") {
      this.#onClose(now, frame);
    } else if (!this.#dispatchStreams(packet, frame)) {
      this.#dispatchConnection(packet, frame);
    }
  }

  #dispatchStreams({ now, path }: OpenedPacket, frame: Frame): boolean {
    const { streams } = this.#parts.state;
    if (frame.kind === "max-data") streams.sender.raiseCredit(frame.maximum);
    else if (frame.kind === "max-stream-data") streams.onMaxStreamData(frame.streamId, frame.maximum);
    else if (frame.kind === "max-streams") streams.onMaxStreams(frame.unidirectional, frame.maximum);
    else if (frame.kind === "reset-stream") streams.onReset(frame, { now, roundTrip: path.rtt.smoothed });
    else if (frame.kind === "stop-sending") streams.onStopSending(frame.streamId, frame.code);
    else if (frame.kind === "stream-data-blocked") streams.onStreamDataBlocked(frame.streamId);
    else return frame.kind === "data-blocked" || frame.kind === "streams-blocked";
    return true;
  }

  #dispatchConnection({ now, path, destination }: OpenedPacket, frame: Frame): void {
    const { state, paths, onHandshakeDone } = this.#parts;
    if (frame.kind === "path-challenge") path.challenge(frame.data);
    else if (frame.kind === "path-response") paths.onResponse(now, frame.data);
    else if (frame.kind === "new-connection-id") {
      if (state.remoteIds.first.id.length === 0)
        throw new TransportError(TransportErrorCode.protocolViolation, "ids for an empty id");
      state.remoteIds.onNewConnectionId(frame);
      paths.refreshIds();
    } else if (frame.kind === "retire-connection-id") {
      state.localIds.retire(frame.sequence, destination);
      issueIds(state);
    } else if (frame.kind === "handshake-done") {
      if (state.role === "server")
        throw new TransportError(TransportErrorCode.protocolViolation, "a client is never done");
      onHandshakeDone(now);
    } else if (frame.kind === "new-token") {
      if (state.role === "server")
        throw new TransportError(TransportErrorCode.protocolViolation, "a token from a client");
      state.emit({ kind: "new-token", token: frame.token.slice() });
    }
  }

  #onAck({ now, space, path }: OpenedPacket, frame: AckFrame): void {
    const { state, recovery } = this.#parts;
    const exponent = space.level === "application" ? state.peerParameters.ackDelayExponent : 3;
    const delay = Math.min(2 ** 20, (frame.delay * 2 ** exponent) / 1000);
    const before = space.largestAcked;
    recovery.onAck(now, space, frame, delay);
    if (state.qlog !== undefined) logMetrics(state.qlog, now, path, recovery.ptoCount);
    if (frame.largest > before) this.#checkEcn(now, space, path, frame);
    // RFC 9001 section 4.1.2: HANDSHAKE_DONE may be lost, and this says as much.
    if (space.level === "application" && state.role === "client") this.#parts.onHandshakeDone(now);
  }

  /** RFC 9000 section 13.4.2.1. */
  #checkEcn(now: number, space: PacketNumberSpace, path: Path, frame: AckFrame): void {
    if (!path.ecn) return;
    const { ecn } = frame;
    if (ecn === undefined || ecn.ect1 > 0 || ecn.ect0 + ecn.ce < space.ect0Count + space.ceCount) {
      path.ecn = false;
      return;
    }
    if (ecn.ce > space.ceCount) path.congestion.onCongestionExperienced(now, now - path.rtt.latest);
    space.ceCount = ecn.ce;
    space.ect0Count = ecn.ect0;
  }

  #onClose(now: number, frame: CloseFrame): void {
    const { closing, recovery } = this.#parts;
    const kind = frame.by === "application" ? "application" : "transport";
    const reason = new TextDecoder().decode(frame.reason.subarray(0, 256));
    closing.drain(now, { kind, by: "peer", code: frame.code, reason }, 3 * recovery.probeTimeout);
  }
}

/** As many connection ids as the peer keeps (RFC 9000 section 5.1.1). */
export function issueIds(state: ConnectionState): void {
  const wanted = Math.min(state.peerParameters.activeConnectionIdLimit, CONNECTION_IDS_MAX);
  while (state.localIds.count < wanted) {
    const { sequence, id, resetToken } = state.localIds.issue();
    state.control.push({ kind: "new-connection-id", sequence, retirePriorTo: 0, connectionId: id, resetToken });
  }
}
