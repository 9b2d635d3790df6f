/** Credit in both directions, for streams and connections alike: RFC 9000 section 4. */

/** What the peer lets us send. */
export class SendCredit {
  #limit: number;
  #used = 0;
  /** The limit at which the peer was last told that we are blocked. */
  #toldAt = -1;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get limit(): number {
    return this.#limit;
  }

  get available(): number {
    return this.#limit - this.#used;
  }

  /** Limits never fall. `true` when it rose. */
  raise(limit: number): boolean {
    if (limit <= this.#limit) return false;
    this.#limit = limit;
    return true;
  }

  use(bytes: number): void {
    this.#used += bytes;
  }

  /** Whether a "blocked" frame should be sent now: once for each limit. */
  takeBlocked(): boolean {
    if (this.available > 0 || this.#toldAt === this.#limit) return false;
    this.#toldAt = this.#limit;
    return true;
  }
}

/** When something was read, and the round-trip time then: what tells whether a window is too small. */
export type Moment = { readonly now: number; readonly roundTrip: number };

export type WindowOptions = { readonly initial: number; readonly maximum: number };

/** What we let the peer send: a window ahead of what was consumed, which grows while the reader keeps up. */
export class ReceiveCredit {
  #window: number;
  readonly #maximum: number;
  #limit: number;
  #consumed = 0;
  #raisedAt = Number.NEGATIVE_INFINITY;

  constructor({ initial, maximum }: WindowOptions) {
    this.#window = initial;
    this.#maximum = Math.max(initial, maximum);
    this.#limit = initial;
  }

  /** What the peer was told, or is about to be. */
  get limit(): number {
    return this.#limit;
  }

  get consumed(): number {
    return this.#consumed;
  }

  get window(): number {
    return this.#window;
  }

  /** The reader took `bytes`; `true` when the peer should be told a new limit, which is then `limit`. */
  consume(bytes: number, { now, roundTrip }: Moment): boolean {
    this.#consumed += bytes;
    const left = this.#limit - this.#consumed;
    if (left > this.#window / 2) return false;
    // Half a window in less than two round trips: the window is what holds the peer up.
    if (now - this.#raisedAt < 2 * roundTrip) this.#window = Math.min(2 * this.#window, this.#maximum);
    this.#raisedAt = now;
    this.#limit = this.#consumed + this.#window;
    return true;
  }

  /** Makes the window at least so large, as a connection's must be for its streams. */
  widen(window: number): void {
    this.#window = Math.min(Math.max(this.#window, window), this.#maximum);
  }
}
