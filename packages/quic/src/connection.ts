/** One QUIC connection without I/O: datagrams and time in, datagrams, events and the next deadline out (RFC 9000). */
import { equalBytes } from "@quicprochat/bytes";
import { applicationClose, Closing, transportClose } from "./closing.ts";
import type { ConnectionEnd, ConnectionEvent } from "./connection-event.ts";
import { type ConnectionOptions, ConnectionState } from "./connection-state.ts";
import { type ConnectionStats, connectionStats } from "./connection-stats.ts";
import { FrameHandler } from "./frame-handler.ts";
import { Handshake } from "./handshake.ts";
import { HandshakeProgress } from "./handshake-progress.ts";
import { Lifetime } from "./lifetime.ts";
import { LossDetection } from "./loss-detection.ts";
import { type Arrival, PacketReceiver } from "./packet-receiver.ts";
import type { PathAddress } from "./path.ts";
import { Paths } from "./paths.ts";
import type { ReadResult } from "./receive-stream.ts";
import { recoveryContext } from "./recovery-context.ts";
import { type Transmit, Transmitter } from "./transmitter.ts";
import { TransportError, TransportErrorCode } from "./transport-error.ts";
import { readVersionNegotiation } from "./version-negotiation.ts";

/** Who keeps connections: it is told when one may have something to send, and when one has an event. */
export type ConnectionHost = {
  wake(connection: QuicConnection): void;
  notify(connection: QuicConnection): void;
};

export class QuicConnection {
  readonly #state: ConnectionState;
  readonly #recovery: LossDetection;
  readonly #handshake: Handshake;
  readonly #paths: Paths;
  readonly #closing: Closing;
  readonly #lifetime: Lifetime;
  readonly #receiver: PacketReceiver;
  readonly #transmitter: Transmitter;
  readonly #host: ConnectionHost;
  #now: number;

  constructor(options: ConnectionOptions, host: ConnectionHost) {
    const state = new ConnectionState(options, () => host.notify(this));
    this.#state = state;
    this.#host = host;
    this.#now = options.now;
    const paths = new Paths(state, options.address, options.validated === true);
    const recovery = new LossDetection(recoveryContext(state, () => paths.active));
    const handshake = new Handshake(state);
    const closing = new Closing(state);
    const lifetime = new Lifetime(state, recovery, options.now);
    const progress = new HandshakeProgress({ state, recovery, handshake, paths });
    const parts = { state, recovery, handshake, paths, closing, progress };
    const frames = new FrameHandler({ ...parts, onHandshakeDone: (now) => progress.confirm(now) });
    this.#paths = paths;
    this.#recovery = recovery;
    this.#handshake = handshake;
    this.#closing = closing;
    this.#lifetime = lifetime;
    this.#receiver = new PacketReceiver({ ...parts, frames, onHeard: (now) => lifetime.onHeard(now) });
    this.#transmitter = new Transmitter({
      ...parts,
      onHandshakePacketSent: (now) => progress.onHandshakePacketSent(now),
      onAckElicitingSent: (now) => lifetime.onAckElicitingSent(now),
    });
    if (options.role === "client") this.#guard(() => handshake.start());
  }

  /** Whether nothing is left to do: the connection can be forgotten. */
  get isEnded(): boolean {
    return this.#state.phase === "ended";
  }

  get isHandshaking(): boolean {
    return this.#state.phase === "handshake";
  }

  get address(): PathAddress {
    return this.#paths.active.address;
  }

  get role(): "client" | "server" {
    return this.#state.role;
  }

  nextEvent(): ConnectionEvent | undefined {
    return this.#state.nextEvent();
  }

  /** `undefined` while the peer allows no more, or before the handshake is complete: `streams-available` follows. */
  openStream(options: { readonly unidirectional: boolean }): number | undefined {
    if (!this.#state.handshakeComplete || this.#state.isEnding) return undefined;
    const id = this.#state.streams.open(options.unidirectional);
    this.#host.wake(this);
    return id;
  }

  /** Returns the bytes taken, perhaps 0 (`stream-writable` follows), or `undefined` if the stream takes no more at all. */
  write(streamId: number, bytes: Uint8Array): number | undefined {
    if (this.#state.isEnding) return undefined;
    const taken = this.#state.streams.write(streamId, bytes);
    if (taken !== undefined && taken > 0) this.#host.wake(this);
    return taken;
  }

  finish(streamId: number): void {
    this.#state.streams.finish(streamId);
    this.#host.wake(this);
  }

  reset(streamId: number, code: number): void {
    this.#state.streams.reset(streamId, code);
    this.#host.wake(this);
  }

  /** Asks the peer to send no more on this stream. */
  stopSending(streamId: number, code: number): void {
    this.#state.streams.stop(streamId, code, this.#moment());
    this.#host.wake(this);
  }

  /** What was read gives the peer credit for as much. A stream that is gone, or was never opened, reads as ended. */
  read(streamId: number): ReadResult {
    const result = this.#state.streams.read(streamId, this.#moment());
    if (this.#state.streams.hasCredits) this.#host.wake(this);
    return result;
  }

  /** RFC 9221; `false` when the peer takes none of this size. It may be lost. */
  sendDatagram(data: Uint8Array): boolean {
    if (this.#state.isEnding || !this.#state.datagrams.send(data)) return false;
    this.#host.wake(this);
    return true;
  }

  readDatagram(): Uint8Array | undefined {
    return this.#state.datagrams.read();
  }

  /** RFC 8446 section 7.5, from `connected` until `releaseTls`. */
  exportKey(options: { readonly label: string; readonly context: Uint8Array; readonly length: number }): Uint8Array {
    const { tls } = this.#handshake;
    if (tls === undefined || !this.#state.handshakeComplete)
      throw new RangeError("TLS has been released, or is not done");
    return tls.exportKey(options);
  }

  /** Frees what TLS holds once the handshake is complete and nobody will export any more. */
  releaseTls(): void {
    if (this.#state.handshakeComplete) this.#handshake.releaseTls();
  }

  /** Ends the connection and tells the peer. Idempotent. */
  close(now: number, code: number, reason: string): void {
    this.#clock(now);
    const end: ConnectionEnd = { kind: "application", by: "local", code, reason };
    this.#closing.close(this.#now, applicationClose(code, reason), { end, lingerMs: this.#lifetime.lingerMs });
    this.#host.wake(this);
  }

  /** Moves this end to another address once the peer answers there; `false` when it cannot be tried now. */
  migrate(now: number, address: PathAddress): boolean {
    this.#clock(now);
    if (this.#state.isEnding || !this.#paths.migrate(this.#now, address, 6 * this.#lifetime.lingerMs)) return false;
    this.#host.wake(this);
    return true;
  }

  /** RFC 9001 section 6; `false` while the last update is not over. */
  updateKeys(now: number): boolean {
    const { oneRtt, spaces, handshakeConfirmed } = this.#state;
    if (!handshakeConfirmed || oneRtt?.mayUpdate(spaces[2].largestAcked) !== true) return false;
    this.#clock(now);
    oneRtt.update(this.#now + this.#lifetime.lingerMs);
    return true;
  }

  /** Asks for a sign of life. */
  ping(): void {
    this.#state.pingDue = true;
    this.#host.wake(this);
  }

  /** Written bytes that the peer has not acknowledged. */
  get heldBytes(): number {
    return this.#state.streams.held.count;
  }

  stats(): ConnectionStats {
    return connectionStats(this.#state, this.#paths.active);
  }

  /** A datagram for this connection, read and overwritten in place; `false` when nothing in it could be opened. */
  receive(datagram: Uint8Array, arrival: Arrival): boolean {
    this.#clock(arrival.now);
    if (this.#state.phase === "ended") return true;
    this.#paths.find(arrival.address)?.onDatagramReceived(datagram.length);
    this.#closing.onPacket();
    let opened = false;
    this.#guard(() => {
      opened = this.#receiver.receive(datagram, { ...arrival, now: this.#now });
    });
    this.#host.wake(this);
    return opened;
  }

  /** The next batch of datagrams, written into `into`; call it until it yields `undefined`. */
  transmit(now: number, into: Uint8Array): Transmit | undefined {
    this.#clock(now);
    let transmit: Transmit | undefined;
    this.#guard(() => {
      this.#flushRetired();
      if (this.#state.oneRtt?.wantsUpdate() === true) this.updateKeys(this.#now);
      transmit = this.#transmitter.transmit(this.#now, into);
    });
    return transmit;
  }

  /** When `onDeadline` wants to be called; infinite only when the connection has ended. */
  get deadline(): number {
    const { phase, spaces, oneRtt } = this.#state;
    if (phase === "ended") return Number.POSITIVE_INFINITY;
    if (phase === "closing" || phase === "draining") return this.#closing.deadline;
    let deadline = Math.min(this.#recovery.deadline, this.#lifetime.deadline, this.#paths.deadline);
    const { maySend } = this.#paths.active;
    for (const { received, discarded } of spaces)
      if (maySend && !discarded) deadline = Math.min(deadline, received.ackAt);
    return Math.min(deadline, this.#transmitter.deadline, oneRtt?.deadline ?? deadline);
  }

  onDeadline(now: number): void {
    this.#clock(now);
    const { phase } = this.#state;
    if (phase === "ended") return;
    if (phase === "closing" || phase === "draining") {
      this.#closing.onDeadline(this.#now);
      if (this.isEnded) this.#release();
    } else if (this.#now >= this.#lifetime.idleAt) {
      this.#endSilently("idle-timeout", "idle");
    } else if (this.#now >= this.#lifetime.handshakeEndsAt) {
      this.#fail(new TransportError(TransportErrorCode.noError, "the handshake takes too long"));
    } else {
      this.#guard(() => this.#onTimers());
    }
    this.#host.wake(this);
  }

  /** Forgets everything at once, and tells nobody. */
  abandon(): void {
    this.#state.phase = "ended";
    this.#release();
  }

  /** The peer has lost its state: RFC 9000 section 10.3. */
  onStatelessReset(): void {
    this.#endSilently("stateless-reset", "the peer has forgotten this connection");
  }

  /** A Version Negotiation packet for a client: RFC 9000 section 6.2, RFC 9368 section 2. */
  onVersionNegotiation(datagram: Uint8Array): void {
    const { role, heardOfPeer, version, config, firstLocalId, remoteIds, retrySource } = this.#state;
    if (role === "server" || heardOfPeer || retrySource !== undefined || this.#state.isEnding) return;
    const packet = readVersionNegotiation(datagram);
    if (!equalBytes(packet.destination, firstLocalId.id) || !equalBytes(packet.source, remoteIds.first.id)) return;
    if (packet.versions.includes(version)) return;
    const next = config.versions.find((ours) => packet.versions.includes(ours));
    if (next === undefined || this.#handshake.negotiatedFrom !== undefined) {
      return this.#endSilently("version-negotiation", "no version of QUIC in common");
    }
    this.#state.version = next;
    this.#guard(() => {
      this.#recovery.forgetAll(this.#state.spaces[0]);
      this.#state.restartHandshakeBytes();
      this.#handshake.restart(version);
    });
    this.#host.wake(this);
  }

  #onTimers(): void {
    if (this.#recovery.deadline <= this.#now) this.#recovery.onDeadline(this.#now);
    this.#paths.onDeadline(this.#now);
    this.#state.oneRtt?.onDeadline(this.#now);
    if (this.#now >= this.#lifetime.keepAliveAt) this.#state.pingDue = true;
  }

  #flushRetired(): void {
    for (const sequence of this.#state.remoteIds.takeRetired()) {
      this.#state.control.push({ kind: "retire-connection-id", sequence });
    }
  }

  #moment(): { now: number; roundTrip: number } {
    return { now: this.#now, roundTrip: this.#paths.active.rtt.smoothed };
  }

  /** Time never goes back, whatever the clock of the machine does. */
  #clock(now: number): void {
    this.#now = Math.max(this.#now, now);
  }

  /** Runs a step in which the peer may turn out to have broken a rule. */
  #guard(step: () => void): void {
    try {
      step();
    } catch (error) {
      if (!(error instanceof TransportError)) throw error;
      this.#fail(error);
    }
  }

  #fail({ code, frameType, message: reason }: TransportError): void {
    const end: ConnectionEnd = { kind: "transport", by: "local", code, reason };
    const options = { end, lingerMs: this.#lifetime.lingerMs };
    this.#closing.close(this.#now, transportClose(code, frameType, reason), options);
  }

  #endSilently(kind: "idle-timeout" | "stateless-reset" | "version-negotiation", reason: string): void {
    const by = kind === "idle-timeout" ? "local" : "peer";
    this.#closing.endNow({ kind, by, code: 0, reason });
    this.#release();
  }

  /** Gives back everything that others hold for this connection. */
  #release(): void {
    const { localIds, oneRtt, spaces, remoteIds } = this.#state;
    localIds.releaseAll();
    remoteIds.forgetResets();
    oneRtt?.free();
    for (const space of spaces) space.discard();
    this.#handshake.free();
  }
}
