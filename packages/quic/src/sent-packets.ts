/** Packets in flight of one packet number space, by number: RFC 9002 appendix A.1. */
import type { Frame } from "./frames/frame.ts";
import type { Path } from "./path.ts";
import type { SendStream } from "./send-stream.ts";

/** What a packet carried that must reach the peer, or that its acknowledgement tells. Other frames are not kept. */
export type SentFrame =
  | {
      readonly kind: "sent-stream";
      readonly stream: SendStream;
      readonly offset: number;
      readonly length: number;
      readonly fin: boolean;
    }
  | { readonly kind: "sent-crypto"; readonly offset: number; readonly length: number }
  | { readonly kind: "sent-ack"; readonly largest: number }
  | Frame;

export class SentPacket {
  readonly number: number;
  readonly sentAt: number;
  readonly path: Path;
  readonly frames: SentFrame[] = [];
  bytes = 0;
  ackEliciting = false;
  /** Counted in bytes in flight: what asks for an ACK. Padding alone is never acknowledged, and would count for ever. */
  inFlight = false;
  /** A probe of path MTU discovery of this size: its loss says nothing about congestion. */
  mtuProbe = false;
  ect = false;
  /** Its content was sent again by a probe timeout: not again unless lost. */
  probed = false;
  /** State of the path when it was sent, for delivery rate samples. */
  delivered = 0;
  deliveredAt = 0;
  firstSentAt = 0;
  appLimited = false;

  constructor(number: number, sentAt: number, path: Path) {
    this.number = number;
    this.sentAt = sentAt;
    this.path = path;
  }
}

/** A queue with holes, ascending by packet number. */
export class SentPackets {
  #packets: (SentPacket | undefined)[] = [];
  #head = 0;
  /** Number of the packet at `#head`. */
  #base = 0;
  #count = 0;
  #ackElicitingCount = 0;

  get count(): number {
    return this.#count;
  }

  get ackElicitingCount(): number {
    return this.#ackElicitingCount;
  }

  /** No packet below is in flight. */
  get lowest(): number {
    return this.#base;
  }

  /** Behind the highest number that was sent. */
  get end(): number {
    return this.#base + this.#packets.length - this.#head;
  }

  push(packet: SentPacket): void {
    if (this.#packets.length === this.#head) {
      this.#packets.length = 0;
      this.#head = 0;
      this.#base = packet.number;
    }
    // Numbers that were skipped on purpose are holes.
    while (this.end < packet.number) this.#packets.push(undefined);
    this.#packets.push(packet);
    this.#count++;
    if (packet.ackEliciting) this.#ackElicitingCount++;
  }

  get(number: number): SentPacket | undefined {
    return number < this.#base ? undefined : this.#packets[this.#head + number - this.#base];
  }

  /** Takes a packet out that was acknowledged or lost. */
  remove(packet: SentPacket): void {
    const index = this.#head + packet.number - this.#base;
    if (this.#packets[index] !== packet) return;
    this.#packets[index] = undefined;
    this.#count--;
    if (packet.ackEliciting) this.#ackElicitingCount--;
    while (this.#head < this.#packets.length && this.#packets[this.#head] === undefined) {
      this.#head++;
      this.#base++;
    }
    if (this.#head > 64 && this.#head * 2 > this.#packets.length) {
      this.#packets = this.#packets.slice(this.#head);
      this.#head = 0;
    }
  }

  /** All in flight, ascending. */
  *[Symbol.iterator](): Iterator<SentPacket> {
    for (let number = this.#base; number < this.end; number++) {
      const packet = this.get(number);
      if (packet !== undefined) yield packet;
    }
  }
}
