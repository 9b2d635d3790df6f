/** Delivery rate of a path, as draft-ietf-ccwg-bbr section 4.1 samples it. */

/** What a packet remembers of its path. */
export type RatedPacket = {
  readonly sentAt: number;
  readonly bytes: number;
  delivered: number;
  deliveredAt: number;
  firstSentAt: number;
  appLimited: boolean;
};

export class DeliveryRate {
  #delivered = 0;
  #deliveredAt = 0;
  #firstSentAt = 0;
  /** Samples of packets sent below this count say what the application had to send, not what the path can do. */
  #appLimitedUntil = 0;
  #newest: RatedPacket | undefined;

  get delivered(): number {
    return this.#delivered;
  }

  onSent(now: number, packet: RatedPacket, bytesInFlight: number): void {
    if (bytesInFlight === 0) {
      this.#firstSentAt = now;
      this.#deliveredAt = now;
    }
    packet.delivered = this.#delivered;
    packet.deliveredAt = this.#deliveredAt;
    packet.firstSentAt = this.#firstSentAt;
    packet.appLimited = this.#appLimitedUntil > this.#delivered;
  }

  onAppLimited(bytesInFlight: number): void {
    this.#appLimitedUntil = this.#delivered + Math.max(1, bytesInFlight);
  }

  onAcked(now: number, packet: RatedPacket): void {
    this.#delivered += packet.bytes;
    this.#deliveredAt = now;
    if (this.#newest === undefined || packet.delivered >= this.#newest.delivered) this.#newest = packet;
  }

  /** After all packets of an ACK: bytes in a millisecond, if that ACK told. */
  sample(minRtt: number): { readonly rate: number | undefined; readonly appLimited: boolean } {
    const newest = this.#newest;
    this.#newest = undefined;
    if (newest === undefined) return { rate: undefined, appLimited: false };
    this.#firstSentAt = newest.sentAt;
    const sendTime = newest.sentAt - newest.firstSentAt;
    const ackTime = this.#deliveredAt - newest.deliveredAt;
    const interval = Math.max(sendTime, ackTime);
    // A shorter one is an artefact of ACKs that came in a bunch.
    const rate =
      interval > 0 && interval >= minRtt * 0.99 ? (this.#delivered - newest.delivered) / interval : undefined;
    return { rate, appLimited: newest.appLimited };
  }
}
