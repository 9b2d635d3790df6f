/** The sending part of a stream: RFC 9000 sections 2.2 and 3.1. Handshake bytes use it too. */
import { BlockBuffer } from "./block-buffer.ts";
import { SendCredit } from "./flow-control.ts";
import { RangeSet } from "./range-set.ts";

/** Section 3.1: "ready" and "send" are one here. */
export type SendState = "send" | "data-sent" | "reset-sent" | "data-received" | "reset-received";

export type Chunk = { readonly offset: number; readonly length: number; readonly fin: boolean };

export class SendStream {
  readonly id: number;
  readonly credit: SendCredit;
  /** Where this stream stands in the queue of those with something to send. */
  queued = false;
  /** The application was told that it must wait. */
  writerWaits = false;
  #state: SendState = "send";
  readonly #buffer = new BlockBuffer({ recycles: true });
  readonly #acked = new RangeSet();
  /** Ranges to be sent again. */
  readonly #lost = new RangeSet();
  /** Bytes written, and sent once. */
  #written = 0;
  #sent = 0;
  #ackedPrefix = 0;
  #finished = false;
  #finSent = false;
  #finAcked = false;
  #resetCode = 0;

  constructor(id: number, limit: number) {
    this.id = id;
    this.credit = new SendCredit(limit);
  }

  get state(): SendState {
    return this.#state;
  }

  get resetCode(): number {
    return this.#resetCode;
  }

  /** Bytes sent at least once: the final size when the stream is reset. */
  get sentBytes(): number {
    return this.#sent;
  }

  /** Bytes that were never sent. */
  get unsentBytes(): number {
    return this.#written - this.#sent;
  }

  /** Bytes kept until the peer has acknowledged them and all before them. */
  get heldBytes(): number {
    return this.#state === "send" || this.#state === "data-sent" ? this.#written - this.#ackedPrefix : 0;
  }

  get isOpen(): boolean {
    return this.#state === "send" && !this.#finished;
  }

  /** Everything has been acknowledged, or the reset has. */
  get isDone(): boolean {
    return this.#state === "data-received" || this.#state === "reset-received";
  }

  write(bytes: Uint8Array): void {
    this.#buffer.write(this.#written, bytes);
    this.#written += bytes.length;
  }

  finish(): void {
    this.#finished = true;
  }

  /** Section 3.1: `false` when there is nothing left to reset. */
  reset(code: number): boolean {
    if (this.#state !== "send" && this.#state !== "data-sent") return false;
    this.#state = "reset-sent";
    this.#resetCode = code;
    this.#lost.clear();
    this.#buffer.discard(this.#written, true);
    return true;
  }

  onResetAcked(): void {
    if (this.#state === "reset-sent") this.#state = "reset-received";
  }

  /** Whether a frame could be sent, given room and `connectionCredit`. */
  hasSomething(connectionCredit: number): boolean {
    if (this.#state !== "send" && this.#state !== "data-sent") return false;
    if (this.#lost.count > 0) return true;
    if (this.#finished && !this.#finSent && this.#sent === this.#written) return true;
    return this.unsentBytes > 0 && this.credit.available > 0 && connectionCredit > 0;
  }

  /** Takes what comes next, at most `room` bytes; what is lost goes first. `undefined` when there is nothing. */
  take(room: number, connectionCredit: number): Chunk | undefined {
    if (this.#state !== "send" && this.#state !== "data-sent") return undefined;
    if (this.#lost.count > 0) return this.#takeLost(room);
    const length = Math.max(0, Math.min(room, this.unsentBytes, this.credit.available, connectionCredit));
    const fin = this.#finished && this.#sent + length === this.#written;
    if (length === 0 && !(fin && !this.#finSent)) return undefined;
    const chunk = { offset: this.#sent, length, fin };
    this.#sent += length;
    this.credit.use(length);
    if (fin) this.#markFinSent();
    return chunk;
  }

  /** Copies bytes that `take` gave out. */
  copy(chunk: { readonly offset: number; readonly length: number }, into: Uint8Array, at: number): void {
    this.#buffer.copy(chunk.offset, chunk.length, into, at);
  }

  onAcked(offset: number, length: number, fin: boolean): void {
    if (this.isDone || this.#state === "reset-sent") return;
    this.#acked.add(offset, offset + length);
    this.#lost.remove(offset, offset + length);
    if (fin) this.#finAcked = true;
    if (this.#acked.count > 0 && this.#acked.start(0) <= this.#ackedPrefix && this.#acked.end(0) > this.#ackedPrefix) {
      this.#ackedPrefix = this.#acked.end(0);
      this.#buffer.discard(this.#ackedPrefix, this.#ackedPrefix === this.#written);
    }
    if (this.#finAcked && this.#ackedPrefix === this.#written) this.#state = "data-received";
  }

  /** The bytes go out again, except those that another packet brought over. */
  onLost(offset: number, length: number, fin: boolean): void {
    if (this.isDone || this.#state === "reset-sent") return;
    if (length > 0) {
      this.#lost.add(offset, offset + length);
      for (let index = 0; index < this.#acked.count && this.#acked.start(index) < offset + length; index++) {
        this.#lost.remove(this.#acked.start(index), this.#acked.end(index));
      }
    }
    if (fin && !this.#finAcked) this.#finSent = false;
  }

  #takeLost(room: number): Chunk | undefined {
    const offset = this.#lost.start(0);
    const length = Math.min(room, this.#lost.end(0) - offset);
    if (length <= 0) return undefined;
    this.#lost.remove(offset, offset + length);
    const fin = this.#finished && offset + length === this.#written;
    if (fin) this.#markFinSent();
    return { offset, length, fin };
  }

  #markFinSent(): void {
    this.#finSent = true;
    this.#state = "data-sent";
  }
}
