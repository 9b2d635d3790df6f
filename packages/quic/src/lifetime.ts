/** How long a connection lives without a word: handshake deadline, idle timeout, keep-alive (RFC 9000 section 10.1). */
import type { ConnectionState } from "./connection-state.ts";
import type { LossDetection } from "./loss-detection.ts";

export class Lifetime {
  readonly #state: ConnectionState;
  readonly #recovery: LossDetection;
  readonly #startedAt: number;
  #heardAt: number;
  /** The first ack-eliciting packet sent since we heard of the peer. */
  #sentAt = Number.NEGATIVE_INFINITY;

  constructor(state: ConnectionState, recovery: LossDetection, now: number) {
    this.#state = state;
    this.#recovery = recovery;
    this.#startedAt = now;
    this.#heardAt = now;
  }

  onHeard(now: number): void {
    this.#heardAt = now;
  }

  onAckElicitingSent(now: number): void {
    if (this.#sentAt <= this.#heardAt) this.#sentAt = now;
  }

  /** Three probe timeouts: how long anything outlives its use. */
  get lingerMs(): number {
    return 3 * this.#recovery.probeTimeout;
  }

  get idleAt(): number {
    const ours = this.#state.config.idleTimeoutMs;
    const theirs = this.#state.peerParameters.maxIdleTimeout;
    const timeout = ours === 0 ? theirs : theirs === 0 ? ours : Math.min(ours, theirs);
    if (timeout === 0) return Number.POSITIVE_INFINITY;
    return Math.max(this.#heardAt, this.#sentAt) + Math.max(timeout, this.lingerMs);
  }

  get handshakeEndsAt(): number {
    if (this.#state.phase !== "handshake") return Number.POSITIVE_INFINITY;
    return this.#startedAt + this.#state.config.handshakeTimeoutMs;
  }

  get keepAliveAt(): number {
    const { keepAliveMs } = this.#state.config;
    if (keepAliveMs === 0 || this.#state.phase !== "open" || this.#state.pingDue) return Number.POSITIVE_INFINITY;
    return Math.max(this.#heardAt, this.#sentAt) + keepAliveMs;
  }

  get deadline(): number {
    return Math.min(this.idleAt, this.handshakeEndsAt, this.keepAliveAt);
  }
}
