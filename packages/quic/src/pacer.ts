/** Pacing: RFC 9002 section 7.7, as a bucket of bytes that fills at the controller's rate. */

/** A burst lets timers be coarse: what the rate gives in this time, and ten datagrams at least. */
const BURST_MS = 2;
const BURST_DATAGRAMS = 10;

export class Pacer {
  #budget: number;
  #burst: number;
  #at = Number.NEGATIVE_INFINITY;
  #rate = 0;

  constructor(datagramBytes: number) {
    this.#burst = BURST_DATAGRAMS * datagramBytes;
    this.#budget = this.#burst;
  }

  /** Fills the bucket. `rate` in bytes a millisecond. */
  refill(now: number, rate: number, datagramBytes: number): void {
    this.#burst = Math.max(BURST_DATAGRAMS * datagramBytes, rate * BURST_MS);
    if (this.#at === Number.NEGATIVE_INFINITY) this.#budget = this.#burst;
    else this.#budget = Math.min(this.#burst, this.#budget + Math.max(0, now - this.#at) * rate);
    this.#at = now;
    this.#rate = rate;
  }

  /** Bytes that may be sent now. */
  get budget(): number {
    return this.#budget;
  }

  onSent(bytes: number): void {
    this.#budget -= bytes;
  }

  /** When `bytes` may be sent. */
  nextAt(bytes: number): number {
    if (this.#budget >= bytes || this.#rate <= 0) return this.#at;
    return this.#at + (bytes - this.#budget) / this.#rate;
  }
}
