/** Datagram packetization layer path MTU discovery: RFC 8899, RFC 9000 section 14.3. */
import { DATAGRAM_BYTES_MIN } from "./limits.ts";

const PROBES_MAX = 3;
/** The search ends when it cannot win more than this. */
const SEARCH_STEP_BYTES = 16;
const RAISE_AFTER_MS = 600_000;
const RETRY_AFTER_BLACK_HOLE_MS = 60_000;
/** Datagrams above the minimum lost in a row, with smaller ones arriving, that mean that the path has shrunk. */
const BLACK_HOLE_LOSSES = 16;

export class MtuDiscovery {
  #current = DATAGRAM_BYTES_MIN;
  #maximum: number;
  /** Too large, as far as we know. */
  #tooLarge: number;
  #probe: { readonly bytes: number; readonly lost: number; readonly inFlight: boolean } | undefined;
  #searchAt = 0;
  #largeLost = 0;

  constructor(maximum: number) {
    this.#maximum = Math.max(maximum, DATAGRAM_BYTES_MIN);
    this.#tooLarge = this.#maximum + 1;
  }

  /** Bytes of the largest datagram known to get through. */
  get current(): number {
    return this.#current;
  }

  /** The peer's max_udp_payload_size. */
  bound(maximum: number): void {
    this.#maximum = Math.max(DATAGRAM_BYTES_MIN, Math.min(this.#maximum, maximum));
    this.#tooLarge = Math.min(this.#tooLarge, this.#maximum + 1);
  }

  /** Size of the probe to be sent now. */
  nextProbe(now: number): number | undefined {
    if (now < this.#searchAt || this.#probe?.inFlight === true) return undefined;
    if (this.#probe !== undefined) return this.#probe.bytes;
    if (this.#tooLarge - this.#current <= SEARCH_STEP_BYTES && this.#tooLarge <= this.#maximum) {
      this.#tooLarge = this.#maximum + 1;
      this.#searchAt = now + RAISE_AFTER_MS;
      return undefined;
    }
    if (this.#current >= this.#maximum) return undefined;
    // The usual answer is the maximum itself; then halve.
    const untried = this.#tooLarge > this.#maximum;
    const bytes = untried ? this.#maximum : (this.#current + this.#tooLarge) >>> 1;
    this.#probe = { bytes, lost: 0, inFlight: false };
    return bytes;
  }

  onProbeSent(): void {
    if (this.#probe !== undefined) this.#probe = { ...this.#probe, inFlight: true };
  }

  /** `true` when datagrams may be larger from now on. */
  onProbeAcked(bytes: number): boolean {
    if (this.#probe?.bytes !== bytes) return false;
    this.#probe = undefined;
    this.#largeLost = 0;
    this.#current = bytes;
    return true;
  }

  onProbeLost(bytes: number): void {
    if (this.#probe?.bytes !== bytes) return;
    const lost = this.#probe.lost + 1;
    if (lost < PROBES_MAX) {
      this.#probe = { bytes, lost, inFlight: false };
      return;
    }
    this.#probe = undefined;
    this.#tooLarge = bytes;
  }

  onAcked(bytes: number): void {
    if (bytes > DATAGRAM_BYTES_MIN) this.#largeLost = 0;
  }

  /** `true` when the path turned out to have shrunk: datagrams are small again. */
  onLost(now: number, bytes: number): boolean {
    if (bytes <= DATAGRAM_BYTES_MIN || this.#current === DATAGRAM_BYTES_MIN) return false;
    this.#largeLost++;
    if (this.#largeLost < BLACK_HOLE_LOSSES) return false;
    this.#tooLarge = this.#maximum + 1;
    this.#current = DATAGRAM_BYTES_MIN;
    this.#probe = undefined;
    this.#largeLost = 0;
    this.#searchAt = now + RETRY_AFTER_BLACK_HOLE_MS;
    return true;
  }
}
