/** What a connection sends now: which path, which packets, how much (RFC 9000 sections 8, 9, 13 and 14, RFC 9002 section 7). */
import type { Closing } from "./closing.ts";
import type { ConnectionState } from "./connection-state.ts";
import { writeClose } from "./frames/close-frame.ts";
import { FrameType } from "./frames/frame-type.ts";
import { BATCH_BYTES_MAX, BATCH_DATAGRAMS_MAX } from "./limits.ts";
import type { LossDetection } from "./loss-detection.ts";
import { PADDED_DATAGRAM_BYTES, PacketBuilder } from "./packet-builder.ts";
import {
  ackIsDue,
  hasAckEliciting,
  writeAckIfPending,
  writeApplicationFrames,
  writeCryptoFrames,
  writePathFrames,
} from "./packet-content.ts";
import type { PacketNumberSpace } from "./packet-number-space.ts";
import type { PacketWriter } from "./packet-writer.ts";
import type { Path, PathAddress } from "./path.ts";
import type { Paths } from "./paths.ts";
import type { SentPacket } from "./sent-packets.ts";

/** Datagrams of `segmentBytes` each, the last one perhaps shorter, back to back in the first `length` bytes. */
export type Transmit = {
  readonly address: PathAddress;
  readonly length: number;
  readonly segmentBytes: number;
  /** ECN field of the IP header: 2 for ECT(0), 0 for none. */
  readonly ecn: 0 | 2;
};

export type TransmitterParts = {
  readonly state: ConnectionState;
  readonly recovery: LossDetection;
  readonly paths: Paths;
  readonly closing: Closing;
  /** Something was sent in a Handshake packet: a client needs its Initial keys no more. */
  readonly onHandshakePacketSent: (now: number) => void;
  readonly onAckElicitingSent: (now: number) => void;
};

/** After so many probe timeouts in a row, only small datagrams are tried. */
const SMALL_AFTER_PTOS = 2;
/** Frames seldom fill a datagram to the last byte. So many short, it is padded: only a full one has others behind it. */
const SLACK_BYTES_MAX = 16;
/** Pacing waits at least so long: shorter waits cost more than they smooth. */
const PACING_STEP_MS = 0.1;

export class Transmitter {
  readonly #parts: TransmitterParts;
  readonly #builder: PacketBuilder;
  /** When pacing lets the next datagram go; infinite when pacing holds nothing up. */
  #pacedUntil = Number.POSITIVE_INFINITY;
  #sawAckEliciting = false;

  constructor(parts: TransmitterParts) {
    this.#parts = parts;
    this.#builder = new PacketBuilder(parts.state, parts.recovery);
  }

  get deadline(): number {
    return this.#pacedUntil;
  }

  /** Writes the next batch into `into`. `undefined`: nothing to send before the deadline. */
  transmit(now: number, into: Uint8Array): Transmit | undefined {
    const { state, closing, paths } = this.#parts;
    this.#pacedUntil = Number.POSITIVE_INFINITY;
    if (state.phase === "draining" || state.phase === "ended") return undefined;
    if (state.phase === "closing") return closing.due ? this.#sendClose(now, into) : undefined;
    for (const path of paths.probing) {
      const probe = this.#sendPathProbe(now, path, into);
      if (probe !== undefined) return probe;
    }
    return this.#sendMtuProbe(now, paths.active, into) ?? this.#sendBatch(now, paths.active, into);
  }

  #sendBatch(now: number, path: Path, into: Uint8Array): Transmit | undefined {
    const { recovery } = this.#parts;
    path.pacer.refill(now, path.congestion.pacingRate(path.rtt), path.mtu.current);
    const small = recovery.ptoCount >= SMALL_AFTER_PTOS;
    const segmentBytes = Math.min(into.length, small ? PADDED_DATAGRAM_BYTES : path.mtu.current);
    const room = Math.min(into.length, BATCH_BYTES_MAX);
    let length = 0;
    for (let count = 0; count < BATCH_DATAGRAMS_MAX && length + segmentBytes <= room; count++) {
      const bytes = this.#sendDatagram(now, path, { into, at: length, bytes: segmentBytes });
      length += bytes;
      if (bytes < segmentBytes) break;
    }
    return this.#finish(now, path, length, segmentBytes);
  }

  #finish(now: number, path: Path, length: number, segmentBytes: number): Transmit | undefined {
    if (length === 0) return undefined;
    if (this.#sawAckEliciting) this.#parts.onAckElicitingSent(now);
    this.#sawAckEliciting = false;
    return { address: path.address, length, segmentBytes: Math.min(segmentBytes, length), ecn: path.ecn ? 2 : 0 };
  }

  /** Returns the bytes written: 0 when there is nothing to send, or it may not be sent now. */
  #sendDatagram(now: number, path: Path, place: { into: Uint8Array; at: number; bytes: number }): number {
    const { state } = this.#parts;
    if (!path.maySend) return 0;
    const bytes = Math.min(place.bytes, Math.floor(path.allowance));
    const { at } = place;
    this.#builder.start(place.into, at, at + bytes);
    let padTo = 0;
    let handshake = false;
    this.#paddedPath = false;
    for (const space of state.spaces) {
      if (!this.#isWritable(space) || !this.#builder.hasRoom) continue;
      const eliciting = this.#mayElicit(now, path, space);
      if (!eliciting && !ackIsDue(now, space)) continue;
      const added = this.#builder.add(now, path, space, (_, writer, packet) => {
        writeAckIfPending(now, space, writer, packet);
        if (eliciting) this.#writeEliciting(now, path, { space, writer, packet });
        if (packet.ackEliciting) this.#sawAckEliciting = true;
      });
      if (!added) continue;
      if (this.#mustPad(space, eliciting)) padTo = PADDED_DATAGRAM_BYTES;
      if (space.level === "handshake") handshake = true;
    }
    if (this.#builder.spareBytes <= SLACK_BYTES_MAX) padTo = bytes;
    const written = this.#builder.finish(now, at, Math.min(padTo, bytes));
    path.onDatagramSent(written);
    path.pacer.onSent(written);
    if (handshake) this.#parts.onHandshakePacketSent(now);
    return written;
  }

  /** Datagrams with Initials (RFC 9000 section 14.1), and those that probe a path (section 8.2). */
  #mustPad({ level }: PacketNumberSpace, eliciting: boolean): boolean {
    if (level === "initial") return eliciting || this.#parts.state.role === "client";
    return level === "application" && this.#paddedPath;
  }

  /** The packet being written holds a challenge or a response. */
  #paddedPath = false;

  #writeEliciting(
    now: number,
    path: Path,
    packet: { space: PacketNumberSpace; writer: PacketWriter; packet: SentPacket },
  ): void {
    const { state, recovery } = this.#parts;
    const { space, writer, packet: sent } = packet;
    writeCryptoFrames(space, writer, sent);
    if (space.level === "application" && state.handshakeComplete) {
      const options = { timeout: recovery.probeTimeout, random: state.random };
      if (writePathFrames(now, path, writer, options)) {
        this.#paddedPath = true;
        sent.ackEliciting = true;
      }
      writeApplicationFrames(state, writer, sent);
    }
    if (space.probes > 0 && !sent.ackEliciting && writer.room > 0) {
      writer.u8(FrameType.ping);
      sent.ackEliciting = true;
    }
  }

  #isWritable(space: PacketNumberSpace): boolean {
    if (space.level !== "application") return space.keys !== undefined;
    return this.#parts.state.oneRtt !== undefined && this.#parts.state.handshakeComplete;
  }

  /** Whether congestion control and pacing let something go that asks for an ACK. */
  #mayElicit(now: number, path: Path, space: PacketNumberSpace): boolean {
    const { state } = this.#parts;
    if (!hasAckEliciting(state, space, path)) {
      if (space.level === "application" && path.windowRoom > 0) path.rate.onAppLimited(path.bytesInFlight);
      return false;
    }
    // Handshake bytes are few, and what is in flight behind them cannot be acknowledged before they arrive.
    if (space.probes > 0 || space.level !== "application") return true;
    const { current } = path.mtu;
    if (path.bytesInFlight > 0 && path.windowRoom < current) return false;
    if (path.pacer.budget >= current) return true;
    this.#pacedUntil = Math.max(now + PACING_STEP_MS, path.pacer.nextAt(current));
    return false;
  }

  /** Challenges and responses away from the active path, in datagrams that show the path's size. */
  #sendPathProbe(now: number, path: Path, into: Uint8Array): Transmit | undefined {
    const { state, recovery } = this.#parts;
    const bytes = Math.min(PADDED_DATAGRAM_BYTES, Math.floor(path.allowance), into.length);
    const [, , space] = state.spaces;
    if (!path.maySend || !this.#isWritable(space)) return undefined;
    this.#builder.start(into, 0, bytes);
    const options = { timeout: recovery.probeTimeout, random: state.random };
    this.#builder.add(now, path, space, (_, writer, packet) => {
      packet.ackEliciting = writePathFrames(now, path, writer, options);
    });
    const length = this.#builder.finish(now, 0, bytes);
    path.onDatagramSent(length);
    return this.#finish(now, path, length, PADDED_DATAGRAM_BYTES);
  }

  #sendMtuProbe(now: number, path: Path, into: Uint8Array): Transmit | undefined {
    const { state, recovery } = this.#parts;
    if (!state.handshakeConfirmed || !path.validated || recovery.ptoCount > 0) return undefined;
    const bytes = path.mtu.nextProbe(now);
    if (bytes === undefined || bytes > into.length || path.windowRoom < bytes) return undefined;
    this.#builder.start(into, 0, bytes);
    const [, , space] = state.spaces;
    this.#builder.add(now, path, space, (_, writer, packet) => {
      writer.u8(FrameType.ping);
      packet.ackEliciting = true;
      packet.mtuProbe = true;
    });
    const length = this.#builder.finish(now, 0, bytes);
    path.mtu.onProbeSent();
    path.onDatagramSent(length);
    path.pacer.onSent(length);
    return this.#finish(now, path, length, bytes);
  }

  /** In every space that the peer may be able to read (section 10.2.3). */
  #sendClose(now: number, into: Uint8Array): Transmit | undefined {
    const { state, closing, paths } = this.#parts;
    const path = paths.active;
    const bytes = Math.min(PADDED_DATAGRAM_BYTES, Math.floor(path.allowance), into.length);
    closing.onSent();
    if (!path.maySend) return undefined;
    this.#builder.start(into, 0, bytes);
    for (const space of state.spaces) {
      if (!(space.level === "application" ? state.oneRtt !== undefined : space.keys !== undefined)) continue;
      if (!this.#builder.hasRoom) break;
      const frame = closing.frameFor(space.level);
      if (frame === undefined) continue;
      this.#builder.add(now, path, space, (_, writer) => {
        writeClose(writer, {
          ...frame,
          reason: frame.reason.subarray(0, Math.max(0, Math.min(frame.reason.length, writer.room - 64))),
        });
      });
    }
    const padTo = state.role === "client" && !state.spaces[0].discarded ? bytes : 0;
    const length = this.#builder.finish(now, 0, padTo);
    path.onDatagramSent(length);
    return this.#finish(now, path, length, bytes);
  }
}
