/** Datagrams on their way in: coalesced packets, Retry, packets that come too early (RFC 9000 sections 12.2 and 17.2.5). */
import { DecodeError, equalBytes } from "@quicprochat/bytes";
import type { ConnectionState } from "./connection-state.ts";
import type { FrameHandler, OpenedPacket, PacketNature } from "./frame-handler.ts";
import type { Frame } from "./frames/frame.ts";
import type { Handshake } from "./handshake.ts";
import type { HandshakeProgress } from "./handshake-progress.ts";
import { COALESCED_PACKETS_MAX, CONNECTION_ID_BYTES, UNDECRYPTABLE_PACKETS_MAX } from "./limits.ts";
import type { LossDetection } from "./loss-detection.ts";
import { isLongHeader, type LongHeader, readLongHeader } from "./packet-header.ts";
import type { PacketNumberSpace } from "./packet-number-space.ts";
import { type OpenResult, openLongPacket, openShortPacket } from "./packet-opener.ts";
import type { PathAddress } from "./path.ts";
import type { Paths } from "./paths.ts";
import { logPacketReceived } from "./qlog-events.ts";
import type { EcnCodepoint } from "./received-packets.ts";
import { retryIsGenuine } from "./retry.ts";

export type Arrival = {
  readonly now: number;
  readonly address: PathAddress;
  readonly ecn: EcnCodepoint;
};

export type PacketReceiverParts = {
  readonly state: ConnectionState;
  readonly recovery: LossDetection;
  readonly handshake: Handshake;
  readonly progress: HandshakeProgress;
  readonly paths: Paths;
  readonly frames: FrameHandler;
  /** The peer was heard of. */
  readonly onHeard: (now: number) => void;
};

type Opened = OpenResult & { readonly kind: "opened" };
type Context = { readonly space: PacketNumberSpace; readonly destination: Uint8Array; readonly arrival: Arrival };

export class PacketReceiver {
  readonly #parts: PacketReceiverParts;
  readonly #state: ConnectionState;
  /** Copies of packets that came before their keys. */
  #early: { readonly bytes: Uint8Array; readonly arrival: Arrival }[] = [];

  constructor(parts: PacketReceiverParts) {
    this.#parts = parts;
    this.#state = parts.state;
  }

  /** Reads all packets of a datagram, in place; `false` when none could be opened. Throws `TransportError`. */
  receive(datagram: Uint8Array, arrival: Arrival): boolean {
    let opened = false;
    let at = 0;
    let destination: Uint8Array | undefined;
    for (let count = 0; at < datagram.length && count < COALESCED_PACKETS_MAX; count++) {
      if (!isLongHeader(datagram[at] ?? 0)) return this.#receiveShort(datagram, at, arrival) || opened;
      const header = readHeader(datagram, at);
      // Coalesced packets are for one connection.
      if (header === undefined || (destination !== undefined && !equalBytes(destination, header.destination))) break;
      destination = header.destination;
      at = header.end;
      if (this.#receiveLong(datagram, header, arrival)) opened = true;
    }
    return opened;
  }

  #receiveLong(datagram: Uint8Array, header: LongHeader, arrival: Arrival): boolean {
    if (header.version !== this.#state.version || header.type === "zero-rtt") return false;
    if (header.type === "retry") return this.#onRetry(datagram, header);
    const space = this.#state.spaces[header.type === "initial" ? 0 : 1];
    if (!this.#acceptSource(header)) return false;
    const result = openLongPacket(space, datagram, header);
    if (result.kind === "too-early") this.#keepEarly(datagram.subarray(header.at, header.end), arrival);
    if (result.kind !== "opened") return false;
    this.#takeSource(header);
    if (space.level === "handshake") this.#parts.progress.onHandshakePacketOpened(arrival.now);
    this.#process(datagram, result, { space, destination: header.destination, arrival });
    return true;
  }

  #receiveShort(datagram: Uint8Array, at: number, arrival: Arrival): boolean {
    const packetNumberAt = at + 1 + CONNECTION_ID_BYTES;
    const previousKeepMs = 3 * this.#parts.recovery.probeTimeout;
    const place = { at, packetNumberAt, end: datagram.length, now: arrival.now, previousKeepMs };
    const result = openShortPacket(this.#state, datagram, place);
    if (result.kind === "too-early") this.#keepEarly(datagram.subarray(at), arrival);
    if (result.kind !== "opened") return false;
    const [, , space] = this.#state.spaces;
    this.#process(datagram, result, { space, destination: datagram.subarray(at + 1, packetNumberAt), arrival });
    return true;
  }

  #process(datagram: Uint8Array, packet: Opened, { space, destination, arrival }: Context): void {
    const state = this.#state;
    const { paths, progress, recovery } = this.#parts;
    const { now } = arrival;
    state.heardOfPeer = true;
    if (state.phase === "draining" || state.phase === "ended") return;
    const keepMs = 3 * recovery.probeTimeout;
    const path = paths.ofPacket(now, arrival.address, { keepMs, secret: space.level !== "initial" });
    if (path === undefined) return;
    if (path !== paths.active && path.receivedBytes === 0) path.onDatagramReceived(datagram.length);
    this.#parts.onHeard(now);
    const latest = packet.number > space.received.largest;
    const { ackEliciting, probing } = this.#handleFrames(datagram, packet, { now, space, path, destination });
    const maxAckDelay = space.level === "application" ? state.config.maxAckDelayMs : 0;
    space.received.add(now, { number: packet.number, ackEliciting, ecn: arrival.ecn, maxAckDelay });
    if (state.isEnding) return;
    if (latest && !probing && path !== paths.active) paths.onPeerMoved(now, path, keepMs);
    progress.onPacketProcessed(now);
    if (this.#early.length > 0 && space.level !== "application") this.#retryEarly(now);
  }

  #handleFrames(datagram: Uint8Array, packet: Opened, context: Omit<OpenedPacket, "seen">): PacketNature {
    const { number, payloadAt, payloadEnd } = packet;
    const { qlog } = this.#state;
    const { frames } = this.#parts;
    if (qlog === undefined) return frames.handle({ ...context, seen: undefined }, datagram, payloadAt, payloadEnd);
    const seen: Frame[] = [];
    const nature = frames.handle({ ...context, seen }, datagram, payloadAt, payloadEnd);
    const { level } = context.space;
    logPacketReceived(qlog, context.now, { level, number, bytes: payloadEnd - payloadAt, frames: seen });
    return nature;
  }

  #keepEarly(packet: Uint8Array, arrival: Arrival): void {
    if (this.#early.length < UNDECRYPTABLE_PACKETS_MAX) this.#early.push({ bytes: packet.slice(), arrival });
  }

  /** New keys may have come. What still cannot be opened is kept again. */
  #retryEarly(now: number): void {
    const early = this.#early;
    this.#early = [];
    for (const { bytes, arrival } of early) this.receive(bytes, { ...arrival, now });
  }

  /** The source id of the peer's headers must stay what it was first (section 7.2). */
  #acceptSource(header: LongHeader): boolean {
    const { role, heardOfPeer, remoteIds } = this.#state;
    return (role === "client" && !heardOfPeer) || equalBytes(header.source, remoteIds.first.id);
  }

  /** The client takes the server's choice of an id from the first packet that it opens. */
  #takeSource(header: LongHeader): void {
    const { role, heardOfPeer, remoteIds } = this.#state;
    if (role === "server" || heardOfPeer || equalBytes(header.source, remoteIds.first.id)) return;
    this.#parts.paths.replaceFirstId(header.source);
  }

  #onRetry(datagram: Uint8Array, header: LongHeader): boolean {
    const state = this.#state;
    if (state.role === "server" || state.heardOfPeer || state.retrySource !== undefined) return false;
    if (header.token.length === 0 || equalBytes(header.source, state.initialDestination)) return false;
    if (!retryIsGenuine(state.version, state.originalDestination, datagram.subarray(header.at))) return false;
    state.retrySource = header.source.slice();
    state.token = header.token.slice();
    state.initialDestination = state.retrySource;
    this.#parts.paths.replaceFirstId(state.retrySource);
    this.#parts.handshake.installInitialKeys();
    this.#parts.recovery.forgetAll(state.spaces[0]);
    return true;
  }
}

function readHeader(datagram: Uint8Array, at: number): LongHeader | undefined {
  try {
    return readLongHeader(datagram, at);
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}
