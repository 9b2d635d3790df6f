/** One packet number space with its keys and handshake bytes: RFC 9000 section 12.3, RFC 9001 section 4. */
import { CRYPTO_BUFFER_BYTES_MAX } from "./limits.ts";
import type { PacketProtector } from "./packet-protection.ts";
import { ReceiveStream } from "./receive-stream.ts";
import { ReceivedPackets } from "./received-packets.ts";
import { SendStream } from "./send-stream.ts";
import { SentPackets } from "./sent-packets.ts";
import type { TlsLevel } from "./tls-handshake.ts";

export type HandshakeKeys = { readonly write: PacketProtector; readonly read: PacketProtector };

/** How often a packet number is left out, for a peer that acknowledges what it has not seen (section 21.4). */
const SKIP_EVERY = 500;

export class PacketNumberSpace {
  readonly level: TlsLevel;
  readonly sent = new SentPackets();
  readonly received = new ReceivedPackets();
  cryptoSend = new SendStream(0, Number.POSITIVE_INFINITY);
  readonly cryptoReceive = new ReceiveStream(0, { initial: CRYPTO_BUFFER_BYTES_MAX, maximum: CRYPTO_BUFFER_BYTES_MAX });
  /** Initial and Handshake keys; 1-RTT keys have phases and live elsewhere. */
  keys: HandshakeKeys | undefined;
  discarded = false;
  largestAcked = -1;
  lastAckElicitingAt = Number.NEGATIVE_INFINITY;
  /** When a packet that is missing counts as lost. */
  lossAt = Number.POSITIVE_INFINITY;
  /** Ack-eliciting packets that a probe timeout demands, past congestion control. */
  probes = 0;
  /** CE and ECT(0) counts that the peer has reported. */
  ceCount = 0;
  ect0Count = 0;
  #next = 0;
  #skipped = -1;
  #untilSkip: number;

  constructor(level: TlsLevel, random: number) {
    this.level = level;
    this.#untilSkip = 1 + (random % SKIP_EVERY);
  }

  /** The number that the next packet gets. */
  get next(): number {
    return this.#next;
  }

  /** The only number left out lately: acknowledging it is a lie. */
  get skipped(): number {
    return this.#skipped;
  }

  take(): number {
    if (this.level === "application" && --this.#untilSkip === 0) {
      this.#skipped = this.#next++;
      this.#untilSkip = SKIP_EVERY;
    }
    return this.#next++;
  }

  /** Handshake bytes that the peer may not have. */
  get hasUnacknowledged(): boolean {
    return this.sent.ackElicitingCount > 0 || this.cryptoSend.hasSomething(Number.POSITIVE_INFINITY);
  }

  /** The number just taken was not used. */
  giveBack(): void {
    this.#next--;
  }

  discard(): void {
    this.discarded = true;
    this.keys?.read.free();
    this.keys?.write.free();
    this.keys = undefined;
    this.lossAt = Number.POSITIVE_INFINITY;
    this.probes = 0;
  }
}
