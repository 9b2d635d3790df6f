/** Round-trip time of one path: RFC 9002 section 5. */

const INITIAL_RTT_MS = 333;
const GRANULARITY_MS = 1;

export class Rtt {
  #latest = 0;
  #smoothed: number;
  #variation: number;
  #minimum = Number.POSITIVE_INFINITY;

  constructor(initialMs: number = INITIAL_RTT_MS) {
    this.#smoothed = initialMs;
    this.#variation = initialMs / 2;
  }

  get latest(): number {
    return this.#latest;
  }

  get smoothed(): number {
    return this.#smoothed;
  }

  get variation(): number {
    return this.#variation;
  }

  /** Infinite before the first sample. */
  get minimum(): number {
    return this.#minimum;
  }

  get sampled(): boolean {
    return this.#latest > 0;
  }

  /** `ackDelay` has been bounded by the peer's max_ack_delay once the handshake is confirmed. */
  sample(latest: number, ackDelay: number): void {
    const rtt = Math.max(latest, 0.001);
    const first = !this.sampled;
    this.#latest = rtt;
    this.#minimum = Math.min(this.#minimum, rtt);
    if (first) {
      this.#smoothed = rtt;
      this.#variation = rtt / 2;
      return;
    }
    const adjusted = rtt >= this.#minimum + ackDelay ? rtt - ackDelay : rtt;
    this.#variation = 0.75 * this.#variation + 0.25 * Math.abs(this.#smoothed - adjusted);
    this.#smoothed = 0.875 * this.#smoothed + 0.125 * adjusted;
  }

  /** Section 6.2.1 without the peer's delay and without backoff. */
  get probeTimeout(): number {
    return this.#smoothed + Math.max(4 * this.#variation, GRANULARITY_MS);
  }

  /** Section 6.1.2, scaled by `factor` (9/8 unless reordering was seen). */
  lossDelay(factor: number): number {
    return Math.max(factor * Math.max(this.#latest, this.#smoothed), GRANULARITY_MS);
  }

  /** Section 5.2: after persistent congestion the minimum may be out of date. */
  forgetMinimum(): void {
    this.#minimum = this.#latest;
  }
}
