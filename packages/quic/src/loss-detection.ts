/** Acknowledgements, losses and probe timeouts over all packet number spaces: RFC 9002 sections 5 and 6, appendix A. */
import type { AckFrame } from "./frames/ack-frame.ts";
import { PROBE_INTERVAL_MS_MAX, PTO_BACKOFF_MAX } from "./limits.ts";
import { LostPackets } from "./lost-packets.ts";
import type { PacketNumberSpace } from "./packet-number-space.ts";
import type { Path } from "./path.ts";
import { persistentCongestion } from "./persistent-congestion.ts";
import type { SentPacket } from "./sent-packets.ts";
import { TransportError, TransportErrorCode } from "./transport-error.ts";

const PACKET_THRESHOLD = 3;
const PACKET_THRESHOLD_MAX = 1024;
const TIME_THRESHOLD = 9 / 8;
const TIME_THRESHOLD_MAX = 2;
/** Section 6.2.4: one probe may be lost as well. */
const PROBES = 2;

/** What only the connection knows. */
export type RecoveryContext = {
  readonly spaces: readonly PacketNumberSpace[];
  activePath(): Path;
  handshakeConfirmed(): boolean;
  /** The peer has 1-RTT keys, and we can read its 1-RTT ACKs: section 6.2.1. */
  mayProbeApplication(): boolean;
  /** Section 6.2.2.1: a client must go on sending until the server knows its address. */
  peerMayBeBlocked(): boolean;
  hasHandshakeKeys(): boolean;
  maxAckDelay(): number;
  onAcked(space: PacketNumberSpace, packet: SentPacket): void;
  onLost(now: number, space: PacketNumberSpace, packet: SentPacket): void;
  /** Send the content again, though the packet may yet arrive. */
  resend(space: PacketNumberSpace, packet: SentPacket): void;
};

export class LossDetection {
  readonly #context: RecoveryContext;
  readonly #lost = new LostPackets();
  #ptoCount = 0;
  #packetThreshold = PACKET_THRESHOLD;
  #timeThreshold = TIME_THRESHOLD;
  /** Since when the client may probe without anything in flight. */
  #probeFrom = 0;

  constructor(context: RecoveryContext) {
    this.#context = context;
  }

  get ptoCount(): number {
    return this.#ptoCount;
  }

  /** Section 6.2.1, without backoff. */
  get probeTimeout(): number {
    const { rtt } = this.#context.activePath();
    return rtt.probeTimeout + (this.#context.handshakeConfirmed() ? this.#context.maxAckDelay() : 0);
  }

  onSent(now: number, space: PacketNumberSpace, packet: SentPacket): void {
    const { path } = packet;
    if (packet.inFlight) {
      path.rate.onSent(now, packet, path.bytesInFlight);
      path.bytesInFlight += packet.bytes;
      path.congestion.onSent(now, packet.bytes, path.bytesInFlight);
    }
    if (packet.ackEliciting) {
      space.lastAckElicitingAt = now;
      if (space.probes > 0) space.probes--;
    }
    space.sent.push(packet);
  }

  /** An ACK with its delay in milliseconds. Throws `TransportError` when it acknowledges what was never sent. */
  onAck(now: number, space: PacketNumberSpace, frame: AckFrame, delay: number): void {
    const acked = this.#takeAcked(space, frame);
    this.#recogniseSpurious(now, frame, space);
    if (acked.length === 0) return;
    const largest = acked[0];
    if (frame.largest > space.largestAcked) space.largestAcked = frame.largest;
    if (largest !== undefined && largest.number === frame.largest && acked.some((packet) => packet.ackEliciting)) {
      const { rtt } = largest.path;
      const bound = this.#context.handshakeConfirmed() ? Math.min(delay, this.#context.maxAckDelay()) : delay;
      rtt.sample(now - largest.sentAt, space.level === "initial" ? 0 : bound);
    }
    this.#creditPaths(now, space, acked);
    this.#detectLost(now, space);
    for (const path of new Set(acked.map((packet) => packet.path))) this.#endAck(now, path, acked);
    if (!this.#context.peerMayBeBlocked()) this.#ptoCount = 0;
  }

  /** When `onDeadline` should be called. */
  get deadline(): number {
    const loss = Math.min(...this.#context.spaces.map((space) => space.lossAt));
    return loss < Number.POSITIVE_INFINITY ? loss : this.#nextPto().at;
  }

  onDeadline(now: number): void {
    const late = this.#context.spaces.filter((space) => space.lossAt <= now);
    if (late.length > 0) {
      for (const space of late) this.#detectLost(now, space);
      return;
    }
    const { at, space } = this.#nextPto();
    if (at > now || space === undefined) return;
    this.#ptoCount = Math.min(this.#ptoCount + 1, PTO_BACKOFF_MAX);
    space.probes = PROBES;
    // As if the probe were sent already: should it have to wait, the next timeout still lies ahead.
    space.lastAckElicitingAt = now;
    this.#probeFrom = now;
    this.#repeatOldest(space);
    // Section 6.2.4: the peer may have discarded those keys, and not know where we are.
    const [, , application] = this.#context.spaces;
    if (space !== application && application !== undefined && application.sent.ackElicitingCount > 0)
      application.probes = 1;
  }

  /** Keys are gone: section 6.4. */
  onSpaceDiscarded(now: number, space: PacketNumberSpace): void {
    for (const packet of space.sent) {
      if (packet.inFlight) packet.path.bytesInFlight -= packet.bytes;
      space.sent.remove(packet);
    }
    space.lossAt = Number.POSITIVE_INFINITY;
    this.#ptoCount = 0;
    this.#probeFrom = now;
  }

  /** Everything in flight is lost, as far as delivery goes: after Retry or another version (section 6.3). */
  forgetAll(space: PacketNumberSpace): void {
    for (const packet of space.sent) {
      if (packet.inFlight) packet.path.bytesInFlight -= packet.bytes;
      space.sent.remove(packet);
      this.#context.resend(space, packet);
    }
    this.#ptoCount = 0;
  }

  resetBackoff(): void {
    this.#ptoCount = 0;
  }

  /** Newly acknowledged packets, from the highest down. */
  #takeAcked(space: PacketNumberSpace, frame: AckFrame): readonly SentPacket[] {
    if (frame.largest >= space.next) {
      throw new TransportError(TransportErrorCode.protocolViolation, "acknowledges a packet never sent");
    }
    const acked: SentPacket[] = [];
    const { ranges } = frame;
    const { lowest, end } = space.sent;
    for (let index = 0; index < ranges.length; index += 2) {
      const top = ranges[index] ?? -1;
      const bottom = ranges[index + 1] ?? 0;
      if (bottom <= space.skipped && space.skipped <= top) {
        throw new TransportError(TransportErrorCode.protocolViolation, "acknowledges a packet never sent");
      }
      if (top < lowest) break;
      for (let number = Math.min(top, end - 1); number >= Math.max(bottom, lowest); number--) {
        const packet = space.sent.get(number);
        if (packet !== undefined) acked.push(packet);
      }
    }
    return acked;
  }

  #creditPaths(now: number, space: PacketNumberSpace, acked: readonly SentPacket[]): void {
    for (const packet of acked) {
      space.sent.remove(packet);
      const { path } = packet;
      if (packet.inFlight) {
        path.rate.onAcked(now, packet);
        path.congestion.onPacketAcked(now, packet);
      }
      path.mtu.onAcked(packet.bytes);
      this.#context.onAcked(space, packet);
    }
  }

  #endAck(now: number, path: Path, acked: readonly SentPacket[]): void {
    let ackedBytes = 0;
    for (const packet of acked) if (packet.path === path && packet.inFlight) ackedBytes += packet.bytes;
    const bytesInFlightBefore = path.bytesInFlight;
    path.bytesInFlight -= ackedBytes;
    const { rate, appLimited } = path.rate.sample(path.rtt.minimum);
    const { bytesInFlight } = path;
    const { delivered } = path.rate;
    const summary = { now, ackedBytes, bytesInFlight, bytesInFlightBefore, delivered, deliveryRate: rate, appLimited };
    path.congestion.onAck(summary, path.rtt);
  }

  /** Section 6.1. */
  #detectLost(now: number, space: PacketNumberSpace): void {
    space.lossAt = Number.POSITIVE_INFINITY;
    const lost: SentPacket[] = [];
    for (const packet of space.sent) {
      if (packet.number > space.largestAcked) break;
      const lossTime = packet.sentAt + packet.path.rtt.lossDelay(this.#timeThreshold);
      if (lossTime <= now || packet.number <= space.largestAcked - this.#packetThreshold) lost.push(packet);
      else space.lossAt = Math.min(space.lossAt, lossTime);
    }
    if (lost.length > 0) this.#declareLost(now, space, lost);
  }

  #declareLost(now: number, space: PacketNumberSpace, lost: readonly SentPacket[]): void {
    for (const packet of lost) {
      space.sent.remove(packet);
      if (packet.inFlight) packet.path.bytesInFlight -= packet.bytes;
      if (packet.ackEliciting && space.level === "application") this.#lost.add(packet, now);
      this.#context.onLost(now, space, packet);
    }
    for (const path of new Set(lost.map((packet) => packet.path))) {
      // A lost probe of a larger size is no sign of congestion (RFC 9000 section 14.4).
      const onPath = lost.filter((packet) => packet.path === path && packet.inFlight && !packet.mtuProbe);
      const latest = onPath.at(-1);
      if (latest === undefined) continue;
      let lostBytes = 0;
      for (const packet of onPath) lostBytes += packet.bytes;
      const duration = 3 * (path.rtt.probeTimeout + this.#context.maxAckDelay());
      const persistent = path.rtt.sampled && persistentCongestion(onPath, duration);
      if (persistent) path.rtt.forgetMinimum();
      const { bytesInFlight } = path;
      path.congestion.onLoss({ now, lostBytes, sentAt: latest.sentAt, bytesInFlight, persistent });
    }
  }

  /** Section 6.1.1 and 6.1.2 allow thresholds to follow the reordering of the path. */
  #recogniseSpurious(now: number, frame: AckFrame, space: PacketNumberSpace): void {
    if (this.#lost.count === 0 || space.level !== "application") return;
    const path = this.#context.activePath();
    this.#lost.forgetBefore(now - 2 * path.rtt.smoothed - this.#context.maxAckDelay());
    const late = this.#lost.takeAcknowledged(frame);
    if (late.length === 0) return;
    for (const { packet } of late) {
      const distance = space.largestAcked - packet.number + 1;
      this.#packetThreshold = Math.min(Math.max(this.#packetThreshold, distance), PACKET_THRESHOLD_MAX);
      this.#context.onAcked(space, packet);
    }
    this.#timeThreshold = Math.min(this.#timeThreshold * 1.125, TIME_THRESHOLD_MAX);
    if (this.#lost.count === 0) path.congestion.onSpuriousLoss();
  }

  /** Section 6.2.1: the space whose probe is due first. */
  #nextPto(): { readonly at: number; readonly space: PacketNumberSpace | undefined } {
    const context = this.#context;
    const { rtt, maySend } = context.activePath();
    // A server that may not send waits for the client instead.
    if (!maySend) return { at: Number.POSITIVE_INFINITY, space: undefined };
    let at = Number.POSITIVE_INFINITY;
    let due: PacketNumberSpace | undefined;
    for (const space of context.spaces) {
      if (space.discarded || space.sent.ackElicitingCount === 0) continue;
      let timeout = rtt.probeTimeout;
      if (space.level === "application") {
        if (!context.mayProbeApplication()) continue;
        timeout += context.maxAckDelay();
      }
      const when = space.lastAckElicitingAt + backOff(timeout, this.#ptoCount);
      if (when < at) {
        at = when;
        due = space;
      }
    }
    if (due !== undefined || !context.peerMayBeBlocked()) return { at, space: due };
    const space = context.spaces[context.hasHandshakeKeys() ? 1 : 0];
    return { at: this.#probeFrom + backOff(rtt.probeTimeout, this.#ptoCount), space };
  }

  /** A probe carries what is most likely missing: the oldest packets' content, though they are not lost yet. */
  #repeatOldest(space: PacketNumberSpace): void {
    let repeated = 0;
    for (const packet of space.sent) {
      if (!packet.ackEliciting || packet.probed || packet.mtuProbe) continue;
      packet.probed = true;
      this.#context.resend(space, packet);
      if (++repeated >= PROBES) return;
    }
  }
}

/** Section 6.2.1: doubled each time; but two small packets every few seconds burden nobody, and a bad radio link lives on them. */
const backOff = (timeout: number, count: number): number =>
  Math.min(timeout * 2 ** count, Math.max(PROBE_INTERVAL_MS_MAX, 2 * timeout));
