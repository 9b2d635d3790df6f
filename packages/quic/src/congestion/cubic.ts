/** CUBIC: RFC 9438, on the recovery periods of RFC 9002 section 7.3. Windows in bytes, times in milliseconds. */
import { CONGESTION_WINDOW_BYTES_MAX } from "../limits.ts";
import type { Rtt } from "../rtt.ts";
import {
  type AckedPacket,
  type AckSummary,
  type CongestionController,
  initialWindow,
  type LossSummary,
} from "./congestion-controller.ts";

const C = 0.4;
const BETA = 0.7;
/** Section 4.3: makes the Reno-friendly estimate as aggressive as Reno. */
const ALPHA = (3 * (1 - BETA)) / (1 + BETA);
/** HyStart++ (RFC 9406) in short: slow start ends when a round's least RTT has grown by an eighth, 4 to 16 ms. */
const ROUND_SAMPLES = 8;

type Epoch = { readonly windowMax: number; readonly k: number; readonly startedAt: number };
type Undo = { readonly window: number; readonly threshold: number; readonly windowMax: number };

export class Cubic implements CongestionController {
  readonly name = "cubic";
  #datagramBytes: number;
  #window: number;
  #threshold = Number.POSITIVE_INFINITY;
  #windowMax = 0;
  #estimate = 0;
  #epoch: Epoch | undefined;
  #recoveryStart = Number.NEGATIVE_INFINITY;
  #undo: Undo | undefined;
  #ackedBytes = 0;
  #round = { end: 0, samples: 0, least: Number.POSITIVE_INFINITY, leastBefore: Number.POSITIVE_INFINITY };

  constructor(datagramBytes: number) {
    this.#datagramBytes = datagramBytes;
    this.#window = initialWindow(datagramBytes);
  }

  get window(): number {
    return this.#window;
  }

  pacingRate(rtt: Rtt): number {
    return ((this.#window < this.#threshold ? 2 : 1.25) * this.#window) / rtt.smoothed;
  }

  onSent(): void {
    // The window counts acknowledgements only.
  }

  onPacketAcked(_now: number, packet: AckedPacket): void {
    if (packet.sentAt > this.#recoveryStart) this.#ackedBytes += packet.bytes;
  }

  onAck(summary: AckSummary, rtt: Rtt): void {
    const acked = this.#ackedBytes;
    this.#ackedBytes = 0;
    // RFC 9002 section 7.8: a window that was not used must not grow.
    const used = summary.bytesInFlightBefore + 3 * this.#datagramBytes >= this.#window / (this.#inSlowStart ? 2 : 1);
    if (acked === 0 || !used) return;
    if (this.#inSlowStart) {
      this.#window += acked;
      this.#watchDelay(summary, rtt);
    } else {
      this.#avoidCongestion(acked, summary.now, rtt);
    }
    this.#window = Math.min(this.#window, CONGESTION_WINDOW_BYTES_MAX);
  }

  onLoss(summary: LossSummary): void {
    this.#reduce(summary.now, summary.sentAt);
    if (!summary.persistent) return;
    this.#window = 2 * this.#datagramBytes;
    this.#epoch = undefined;
    this.#undo = undefined;
    this.#recoveryStart = Number.NEGATIVE_INFINITY;
  }

  onCongestionExperienced(now: number, sentAt: number): void {
    this.#reduce(now, sentAt);
    this.#undo = undefined;
  }

  /** Section 4.9. */
  onSpuriousLoss(): void {
    if (this.#undo === undefined || this.#undo.window <= this.#window) return;
    this.#window = this.#undo.window;
    this.#threshold = this.#undo.threshold;
    this.#windowMax = this.#undo.windowMax;
    this.#epoch = undefined;
    this.#undo = undefined;
  }

  onDatagramBytes(bytes: number): void {
    this.#datagramBytes = bytes;
  }

  get #inSlowStart(): boolean {
    return this.#window < this.#threshold;
  }

  /** Section 4.6 and 4.7, once in a round trip. */
  #reduce(now: number, sentAt: number): void {
    if (sentAt <= this.#recoveryStart) return;
    this.#undo = { window: this.#window, threshold: this.#threshold, windowMax: this.#windowMax };
    this.#recoveryStart = now;
    // Fast convergence: a window below the last maximum gives room to newcomers.
    this.#windowMax = this.#window < this.#windowMax ? (this.#window * (1 + BETA)) / 2 : this.#window;
    this.#window = Math.max(this.#window * BETA, 2 * this.#datagramBytes);
    this.#threshold = this.#window;
    this.#epoch = undefined;
  }

  /** Sections 4.2 to 4.5. */
  #avoidCongestion(acked: number, now: number, rtt: Rtt): void {
    const size = this.#datagramBytes;
    this.#epoch ??= this.#startEpoch(now);
    const { windowMax, k, startedAt } = this.#epoch;
    const seconds = (now - startedAt) / 1000;
    const cubic = C * (seconds + rtt.smoothed / 1000 - k) ** 3 * size + windowMax;
    const target = Math.min(Math.max(cubic, this.#window), 1.5 * this.#window);
    this.#estimate += ((this.#estimate >= windowMax ? 1 : ALPHA) * size * acked) / this.#window;
    const cubicNow = C * (seconds - k) ** 3 * size + windowMax;
    if (cubicNow < this.#estimate) this.#window = Math.max(this.#window, this.#estimate);
    else this.#window += ((target - this.#window) * acked) / this.#window;
  }

  #startEpoch(now: number): Epoch {
    this.#estimate = this.#window;
    const windowMax = Math.max(this.#windowMax, this.#window);
    const k = Math.cbrt((windowMax - this.#window) / this.#datagramBytes / C);
    return { windowMax, k, startedAt: now };
  }

  #watchDelay(summary: AckSummary, rtt: Rtt): void {
    const round = this.#round;
    if (summary.delivered >= round.end) {
      round.end = summary.delivered + summary.bytesInFlight;
      round.leastBefore = round.least;
      round.least = Number.POSITIVE_INFINITY;
      round.samples = 0;
    }
    round.samples++;
    round.least = Math.min(round.least, rtt.latest);
    const allowed = Math.min(16, Math.max(4, round.leastBefore / 8));
    if (round.samples >= ROUND_SAMPLES && round.least >= round.leastBefore + allowed) this.#threshold = this.#window;
  }
}
