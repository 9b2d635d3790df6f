/** The receiving part of a stream: RFC 9000 sections 2.2, 3.2 and 4. Handshake bytes use it too. */
import { BlockBuffer } from "./block-buffer.ts";
import { ReceiveCredit, type WindowOptions } from "./flow-control.ts";
import { STREAM_RANGES_MAX } from "./limits.ts";
import { RangeSet } from "./range-set.ts";
import { TransportError, TransportErrorCode } from "./transport-error.ts";

export type ReadResult =
  | { readonly kind: "data"; readonly bytes: Uint8Array }
  /** Nothing yet. */
  | { readonly kind: "blocked" }
  /** The peer has ended the stream, and all was read. */
  | { readonly kind: "end" }
  | { readonly kind: "reset"; readonly code: number };

const BLOCKED: ReadResult = { kind: "blocked" };
const END: ReadResult = { kind: "end" };

export class ReceiveStream {
  readonly id: number;
  readonly credit: ReceiveCredit;
  /** The application has been told that there is something to read, and has not read since. */
  announced = false;
  readonly #buffer = new BlockBuffer({ recycles: false });
  readonly #received = new RangeSet();
  #read = 0;
  /** Behind the highest byte received: what flow control counts. */
  #highest = 0;
  #finalSize: number | undefined;
  #resetCode: number | undefined;
  #stopped = false;
  #delivered = false;

  constructor(id: number, window: WindowOptions) {
    this.id = id;
    this.credit = new ReceiveCredit(window);
  }

  get highest(): number {
    return this.#highest;
  }

  /** All bytes, or the reset, have come: nothing more is expected of the peer. */
  get isComplete(): boolean {
    if (this.#resetCode !== undefined) return true;
    // Of what nobody wants only the size matters.
    if (this.#stopped) return this.#finalSize !== undefined;
    const prefix =
      this.#received.count > 0 && this.#received.start(0) <= this.#read ? this.#received.end(0) : this.#read;
    return this.#finalSize !== undefined && Math.max(prefix, this.#read) >= this.#finalSize;
  }

  get isReset(): boolean {
    return this.#resetCode !== undefined;
  }

  get isStopped(): boolean {
    return this.#stopped;
  }

  /** The application has got the end, the reset, or does not want to know; and the peer is done. */
  get isDone(): boolean {
    return this.#delivered || (this.#stopped && this.isComplete);
  }

  get isReadable(): boolean {
    if (this.#delivered || this.#stopped) return false;
    const next =
      this.#received.count > 0 && this.#received.start(0) <= this.#read && this.#received.end(0) > this.#read;
    return next || this.#resetCode !== undefined || this.#finalSize === this.#read;
  }

  /** Returns by how much `highest` has grown, for the connection's flow control. Throws `TransportError`. */
  receive(offset: number, bytes: Uint8Array, fin: boolean): number {
    const end = offset + bytes.length;
    this.#checkFinalSize(end, fin);
    if (end > this.credit.limit)
      throw new TransportError(TransportErrorCode.flowControlError, "stream data beyond its limit");
    const grown = Math.max(0, end - this.#highest);
    this.#highest += grown;
    if (this.#resetCode !== undefined || this.#stopped) return grown;
    this.#store(offset, bytes);
    return grown;
  }

  /** RESET_STREAM. Returns the growth of `highest`, as `receive` does. */
  reset(code: number, finalSize: number): number {
    const complete = this.isComplete;
    this.#checkFinalSize(finalSize, true);
    if (finalSize > this.credit.limit)
      throw new TransportError(TransportErrorCode.flowControlError, "final size beyond the limit");
    const grown = Math.max(0, finalSize - this.#highest);
    this.#highest += grown;
    // All bytes are here already: a reset that comes later changes nothing.
    if (complete || this.#delivered) return grown;
    this.#resetCode = code;
    this.#drop();
    return grown;
  }

  /** Whatever can be read in order, one block at most. The bytes are the reader's. */
  read(): ReadResult {
    if (this.#resetCode !== undefined) {
      this.#delivered = true;
      return { kind: "reset", code: this.#resetCode };
    }
    const end = this.#received.count > 0 && this.#received.start(0) <= this.#read ? this.#received.end(0) : this.#read;
    if (end > this.#read) {
      const bytes = this.#buffer.view(this.#read, end - this.#read);
      this.#read += bytes.length;
      this.#received.removeBelow(this.#read);
      this.#buffer.discard(this.#read, this.#received.count === 0);
      return { kind: "data", bytes };
    }
    if (this.#finalSize !== this.#read) return BLOCKED;
    this.#delivered = true;
    return END;
  }

  /** The application wants no more: what comes is counted and dropped. */
  stop(): void {
    this.#stopped = true;
    this.#drop();
  }

  /** Bytes received that will never be read: their credit goes back to the connection. */
  takeUnread(): number {
    const unread = this.#highest - this.credit.consumed;
    return this.#resetCode !== undefined || this.#stopped ? Math.max(0, unread) : 0;
  }

  #store(offset: number, bytes: Uint8Array): void {
    const end = offset + bytes.length;
    if (end <= this.#read || bytes.length === 0) return;
    const skip = Math.max(0, this.#read - offset);
    const kept = skip === 0 ? bytes : bytes.subarray(skip);
    if (this.#received.add(offset + skip, end) === 0) return;
    if (this.#received.count > STREAM_RANGES_MAX) {
      throw new TransportError(TransportErrorCode.internalError, "too many gaps in a stream");
    }
    this.#buffer.write(offset + skip, kept);
  }

  /** Section 4.5. */
  #checkFinalSize(end: number, fin: boolean): void {
    const known = this.#finalSize;
    const changed = known !== undefined && (end > known || (fin && end !== known));
    if (changed || (fin && end < this.#highest)) {
      throw new TransportError(TransportErrorCode.finalSizeError, "the final size of a stream changed");
    }
    if (fin) this.#finalSize = end;
  }

  #drop(): void {
    this.#received.clear();
    this.#buffer.discard(this.#highest, true);
  }
}
