/**
 * A controller after BBR (draft-ietf-ccwg-bbr): it paces at the measured delivery rate and bounds what is in flight by
 * rate times least round trip. Loss alone says nothing on a radio link; loss while a queue stands is congestion.
 */
import { CONGESTION_WINDOW_BYTES_MAX } from "../limits.ts";
import type { Rtt } from "../rtt.ts";
import {
  type AckedPacket,
  type AckSummary,
  type CongestionController,
  initialWindow,
  type LossSummary,
} from "./congestion-controller.ts";
import { MaxFilter } from "./max-filter.ts";

const STARTUP_GAIN = 2.885;
const PROBE_GAINS = [1.25, 0.75, 1, 1, 1, 1, 1, 1] as const;
const WINDOW_GAIN = 2;
const FILTER_ROUNDS = 10;
const FULL_PIPE_GROWTH = 1.25;
const FULL_PIPE_ROUNDS = 3;
const MIN_RTT_WINDOW_MS = 10_000;
const PROBE_RTT_MS = 200;
/** Losses of a round that count as congestion when the round trip has also grown by half. */
const LOSS_TOLERANCE = 0.02;
const QUEUE_GROWTH = 1.5;
const LOSS_BETA = 0.85;
/** No growth, and so much more loss than before, is a full pipe at once. */
const STARTUP_LOSS_RISE = 0.1;
const BASE_LOSS_MAX = 0.4;
/** A round with fewer packets says nothing about loss. */
const ROUND_PACKETS_MIN = 4;

type Mode =
  | { readonly kind: "startup" }
  | { readonly kind: "drain" }
  | { readonly kind: "probe-bandwidth"; readonly phase: number; readonly startedAt: number }
  | { readonly kind: "probe-rtt"; readonly endsAt: number };

export class Bbr implements CongestionController {
  readonly name = "bbr";
  #datagramBytes: number;
  #mode: Mode = { kind: "startup" };
  #window: number;
  readonly #bandwidth = new MaxFilter(FILTER_ROUNDS);
  readonly #extraAcked = new MaxFilter(FILTER_ROUNDS);
  #minRtt = Number.POSITIVE_INFINITY;
  #minRttAt = 0;
  #round = { count: 0, endDelivered: 0, lostBytes: 0, startDelivered: 0 };
  #full = { bandwidth: 0, rounds: 0, reached: false };
  #aggregate = { startedAt: 0, bytes: 0 };
  /** What losses amid queues have taught to keep below. */
  #inflightBound = Number.POSITIVE_INFINITY;
  #roundStarted = false;
  /** Share of packets that are lost even while we send less than gets through: the link's own doing. */
  #baseLoss = 0;
  #leastLoss = 1;

  constructor(datagramBytes: number) {
    this.#datagramBytes = datagramBytes;
    this.#window = initialWindow(datagramBytes);
  }

  get window(): number {
    return Math.max(this.#window, 4 * this.#datagramBytes);
  }

  pacingRate(rtt: Rtt): number {
    const bandwidth = this.#bandwidth.value;
    if (bandwidth === 0) return (STARTUP_GAIN * this.#window) / rtt.smoothed;
    // Samples of an application with little to say tell little, and what it says must not wait for ever. The window still holds.
    const initialRate = initialWindow(this.#datagramBytes) / rtt.smoothed;
    // What gets through is the bandwidth: to reach it, what is lost on the way anyhow has to be sent as well.
    const rate = (this.#pacingGain * bandwidth) / (1 - this.#baseLoss);
    return Math.max(rate, this.#full.reached ? initialRate : STARTUP_GAIN * initialRate);
  }

  onSent(now: number, bytes: number, bytesInFlight: number): void {
    if (bytesInFlight === bytes) this.#aggregate = { startedAt: now, bytes: 0 };
  }

  onPacketAcked(_now: number, packet: AckedPacket): void {
    if (packet.delivered >= this.#round.endDelivered) this.#roundStarted = true;
  }

  onAck(summary: AckSummary, rtt: Rtt): void {
    if (this.#roundStarted) this.#startRound(summary, rtt);
    const { deliveryRate } = summary;
    if (deliveryRate !== undefined && (!summary.appLimited || deliveryRate >= this.#bandwidth.value)) {
      this.#bandwidth.update(this.#round.count, deliveryRate);
    }
    this.#measureAggregation(summary);
    this.#updateMode(summary, rtt);
    this.#updateWindow(summary);
  }

  onLoss(summary: LossSummary): void {
    this.#round.lostBytes += summary.lostBytes;
    if (!summary.persistent) return;
    this.#window = 4 * this.#datagramBytes;
    this.#bandwidth.reset();
    this.#full = { bandwidth: 0, rounds: 0, reached: false };
    this.#mode = { kind: "startup" };
  }

  onCongestionExperienced(_now: number, _sentAt: number): void {
    this.#boundInflight();
  }

  onSpuriousLoss(): void {
    this.#inflightBound = Number.POSITIVE_INFINITY;
  }

  onDatagramBytes(bytes: number): void {
    this.#datagramBytes = bytes;
  }

  get #pacingGain(): number {
    switch (this.#mode.kind) {
      case "startup":
        return STARTUP_GAIN;
      case "drain":
        return 1 / STARTUP_GAIN;
      case "probe-rtt":
        return 1;
      case "probe-bandwidth":
        return PROBE_GAINS[this.#mode.phase] ?? 1;
    }
  }

  #bdp(gain: number): number {
    return Number.isFinite(this.#minRtt) ? gain * this.#bandwidth.value * this.#minRtt : this.#window;
  }

  #startRound(summary: AckSummary, rtt: Rtt): void {
    const round = this.#round;
    this.#roundStarted = false;
    const deliveredBytes = summary.delivered - round.startDelivered;
    const lossRate = round.lostBytes / Math.max(1, round.lostBytes + deliveredBytes);
    const queued = rtt.smoothed > QUEUE_GROWTH * this.#minRtt + 1;
    const telling = !summary.appLimited && deliveredBytes >= ROUND_PACKETS_MIN * this.#datagramBytes;
    if (telling) this.#learnBaseLoss(lossRate, queued);
    if (telling && queued && lossRate > LOSS_TOLERANCE) this.#boundInflight();
    else this.#inflightBound *= 1.05;
    this.#round = {
      count: round.count + 1,
      endDelivered: summary.delivered + summary.bytesInFlight,
      startDelivered: summary.delivered,
      lostBytes: 0,
    };
    if (telling) this.#leastLoss = Math.min(this.#leastLoss, lossRate);
    this.#checkFullPipe(summary.appLimited, lossRate - this.#leastLoss);
  }

  /** What is lost while nothing queues, and we send no more than gets through, is not of our making. */
  #learnBaseLoss(lossRate: number, queued: boolean): void {
    const share = Math.min(lossRate, BASE_LOSS_MAX);
    if (this.#pacingGain < 1) this.#baseLoss += (share - this.#baseLoss) / 2;
    else if (share < this.#baseLoss || (this.#pacingGain === 1 && !queued)) {
      this.#baseLoss += (share - this.#baseLoss) / 4;
    }
  }

  #boundInflight(): void {
    const bound = Math.min(this.#inflightBound, this.#window) * LOSS_BETA;
    this.#inflightBound = Math.max(bound, this.#bdp(1), 4 * this.#datagramBytes);
    if (this.#mode.kind === "startup") this.#full.reached = true;
  }

  /** `moreLoss`: the share lost in this round beyond what was lost when we sent less. */
  #checkFullPipe(appLimited: boolean, moreLoss: number): void {
    if (this.#full.reached || appLimited) return;
    const bandwidth = this.#bandwidth.value;
    if (bandwidth >= this.#full.bandwidth * FULL_PIPE_GROWTH) {
      this.#full = { bandwidth, rounds: 0, reached: false };
      return;
    }
    const rounds = this.#full.rounds + 1;
    const overflows = moreLoss > STARTUP_LOSS_RISE;
    this.#full = { ...this.#full, rounds, reached: rounds >= FULL_PIPE_ROUNDS || overflows };
  }

  #measureAggregation(summary: AckSummary): void {
    const elapsed = summary.now - this.#aggregate.startedAt;
    const expected = this.#bandwidth.value * elapsed;
    if (this.#aggregate.bytes <= expected) this.#aggregate = { startedAt: summary.now, bytes: 0 };
    this.#aggregate.bytes += summary.ackedBytes;
    const since = this.#bandwidth.value * (summary.now - this.#aggregate.startedAt);
    const extra = Math.min(this.#aggregate.bytes - since, this.#window);
    this.#extraAcked.update(this.#round.count, Math.max(0, extra));
  }

  #updateMode(summary: AckSummary, rtt: Rtt): void {
    const { now, bytesInFlight } = summary;
    this.#updateMinRtt(now, rtt);
    const mode = this.#mode;
    if (mode.kind === "startup" && this.#full.reached) this.#mode = { kind: "drain" };
    else if (mode.kind === "drain" && bytesInFlight <= this.#bdp(1)) this.#enterProbeBandwidth(now);
    else if (mode.kind === "probe-rtt" && now >= mode.endsAt) this.#leaveProbeRtt(now);
    else if (mode.kind === "probe-bandwidth" && this.#phaseIsOver(mode, summary)) {
      this.#mode = { kind: "probe-bandwidth", phase: (mode.phase + 1) % PROBE_GAINS.length, startedAt: now };
    }
  }

  #phaseIsOver(mode: { phase: number; startedAt: number }, summary: AckSummary): boolean {
    const elapsed = summary.now - mode.startedAt > this.#minRtt;
    if (mode.phase === 0)
      return (
        elapsed &&
        (this.#round.lostBytes > 0 ||
          summary.bytesInFlightBefore >= this.#bdp(1.25) ||
          summary.appLimited ||
          summary.now - mode.startedAt > 4 * this.#minRtt)
      );
    return elapsed || (mode.phase === 1 && summary.bytesInFlight <= this.#bdp(1));
  }

  #updateMinRtt(now: number, rtt: Rtt): void {
    const expired = now > this.#minRttAt + MIN_RTT_WINDOW_MS && Number.isFinite(this.#minRtt);
    if (rtt.latest <= this.#minRtt || expired) {
      this.#minRtt = rtt.latest;
      this.#minRttAt = now;
    }
    if (expired && this.#mode.kind !== "probe-rtt") this.#mode = { kind: "probe-rtt", endsAt: now + PROBE_RTT_MS };
  }

  #leaveProbeRtt(now: number): void {
    this.#minRttAt = now;
    if (this.#full.reached) this.#enterProbeBandwidth(now);
    else this.#mode = { kind: "startup" };
  }

  #enterProbeBandwidth(now: number): void {
    this.#mode = { kind: "probe-bandwidth", phase: 2, startedAt: now };
  }

  #updateWindow(summary: AckSummary): void {
    const size = this.#datagramBytes;
    const gain = this.#full.reached ? WINDOW_GAIN : STARTUP_GAIN;
    const target = this.#bdp(gain) + this.#extraAcked.value + 3 * size;
    const grown = this.#window + summary.ackedBytes;
    this.#window = this.#full.reached || grown < target ? Math.min(grown, target) : Math.max(this.#window, target);
    if (this.#mode.kind === "probe-rtt") this.#window = Math.min(this.#window, Math.max(this.#bdp(0.5), 4 * size));
    this.#window = Math.max(4 * size, Math.min(this.#window, this.#inflightBound, CONGESTION_WINDOW_BYTES_MAX));
  }
}
