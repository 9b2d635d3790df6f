/** Packet numbers received in one space and when to acknowledge them: RFC 9000 sections 12.3 and 13.2. */
import type { EcnCounts } from "./frames/ack-frame.ts";
import { ACK_RANGES_MAX } from "./limits.ts";
import { RangeSet } from "./range-set.ts";

/** Section 13.2.2: an ACK after this many ack-eliciting packets. */
const ACK_ELICITING_THRESHOLD = 2;

/** The ECN field of the IP header (RFC 3168): two bits. */
export type EcnCodepoint = 0 | 1 | 2 | 3;

export class ReceivedPackets {
  readonly ranges = new RangeSet();
  /** Numbers below count as received: they were forgotten. */
  #floor = 0;
  #largestAt = 0;
  #unacknowledged = 0;
  #immediate = false;
  #ackAt = Number.POSITIVE_INFINITY;
  #ect0 = 0;
  #ect1 = 0;
  #ce = 0;

  get largest(): number {
    return this.ranges.top - 1;
  }

  /** When the largest number came: what the ACK delay counts from. */
  get largestAt(): number {
    return this.#largestAt;
  }

  /** When an ACK is due at the latest. */
  get ackAt(): number {
    return this.#ackAt;
  }

  /** Something new to acknowledge, due or not. */
  get pending(): boolean {
    return this.#unacknowledged > 0;
  }

  due(now: number): boolean {
    return this.#immediate || this.#ackAt <= now;
  }

  get ecn(): EcnCounts | undefined {
    if (this.#ect0 + this.#ect1 + this.#ce === 0) return undefined;
    return { ect0: this.#ect0, ect1: this.#ect1, ce: this.#ce };
  }

  /** Whether a packet was processed before, or is so old that nobody knows. */
  isDuplicate(number: number): boolean {
    return number < this.#floor || this.ranges.has(number);
  }

  /** `maxAckDelay` 0: acknowledge at once. */
  add(now: number, packet: { number: number; ackEliciting: boolean; ecn: EcnCodepoint; maxAckDelay: number }): void {
    const { number, ackEliciting, ecn } = packet;
    const before = this.largest;
    if (number > before) this.#largestAt = now;
    this.ranges.add(number, number + 1);
    if (this.ranges.count > ACK_RANGES_MAX) {
      this.#floor = this.ranges.end(0);
      this.ranges.dropLowest();
    }
    this.#countEcn(ecn);
    if (!ackEliciting) return;
    this.#unacknowledged++;
    this.#ackAt = Math.min(this.#ackAt, now + packet.maxAckDelay);
    const outOfOrder = number < before || (before >= 0 && number > before + 1);
    if (this.#unacknowledged >= ACK_ELICITING_THRESHOLD || outOfOrder || ecn === 3 || packet.maxAckDelay === 0) {
      this.#immediate = true;
    }
  }

  /** An ACK of everything was sent. */
  onAckSent(): void {
    this.#unacknowledged = 0;
    this.#immediate = false;
    this.#ackAt = Number.POSITIVE_INFINITY;
  }

  /** The peer has seen an ACK up to `largest`: no need to repeat those (section 13.2.4). */
  onAckAcknowledged(largest: number): void {
    this.#floor = Math.max(this.#floor, largest + 1);
    // The largest stays, since ACK frames start from it.
    this.ranges.removeBelow(Math.min(largest + 1, this.largest));
  }

  #countEcn(ecn: EcnCodepoint): void {
    if (ecn === 2) this.#ect0++;
    else if (ecn === 1) this.#ect1++;
    else if (ecn === 3) this.#ce++;
  }
}
