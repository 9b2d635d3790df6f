/** The end of a connection: closing, draining, what is said and to whom (RFC 9000 section 10.2). */
import { toUtf8 } from "@quicprochat/bytes";
import type { ConnectionEnd } from "./connection-event.ts";
import type { ConnectionState } from "./connection-state.ts";
import type { CloseFrame } from "./frames/close-frame.ts";
import { TransportErrorCode } from "./transport-error.ts";

const REASON_BYTES_MAX = 256;
const NO_REASON = new Uint8Array(0);

export class Closing {
  readonly #state: ConnectionState;
  #frame: CloseFrame | undefined;
  #due = false;
  #endsAt = Number.POSITIVE_INFINITY;
  /** Packets that came since, and how many make us repeat ourselves. */
  #heard = 0;
  #answerAfter = 1;

  constructor(state: ConnectionState) {
    this.#state = state;
  }

  /** A CONNECTION_CLOSE should be sent. */
  get due(): boolean {
    return this.#due;
  }

  get deadline(): number {
    return this.#endsAt;
  }

  /** This end closes. `lingerMs`: three probe timeouts. */
  close(now: number, frame: CloseFrame, options: { readonly end: ConnectionEnd; readonly lingerMs: number }): void {
    if (this.#state.isEnding) return;
    this.#state.phase = "closing";
    this.#frame = { ...frame, reason: frame.reason.subarray(0, REASON_BYTES_MAX) };
    this.#due = true;
    this.#endsAt = now + options.lingerMs;
    this.#state.emitClosed(options.end);
  }

  /** The peer has closed: nothing more is sent, but for one answer. */
  drain(now: number, end: ConnectionEnd, lingerMs: number): void {
    const { phase } = this.#state;
    if (phase === "draining" || phase === "ended") return;
    this.#state.phase = "draining";
    this.#due = false;
    this.#endsAt = now + lingerMs;
    if (phase !== "closing") this.#state.emitClosed(end);
  }

  /** Nobody is left to talk to. */
  endNow(end: ConnectionEnd): void {
    const { phase } = this.#state;
    if (phase === "ended") return;
    this.#state.phase = "ended";
    this.#due = false;
    if (phase !== "closing" && phase !== "draining") this.#state.emitClosed(end);
  }

  /** Section 10.2.1: answers get rarer, so that two closing ends do not talk for ever. */
  onPacket(): void {
    if (this.#state.phase !== "closing") return;
    this.#heard++;
    if (this.#heard < this.#answerAfter) return;
    this.#heard = 0;
    this.#answerAfter *= 2;
    this.#due = true;
  }

  /** The frame for a packet of `level`; the application's words stay out of the handshake (section 10.2.3). */
  frameFor(level: "initial" | "handshake" | "application"): CloseFrame | undefined {
    const frame = this.#frame;
    if (frame === undefined || level === "application" || frame.by === "transport") return frame;
    return {
      kind: "connection-close",
      by: "transport",
      code: TransportErrorCode.applicationError,
      frameType: 0,
      reason: NO_REASON,
    };
  }

  onSent(): void {
    this.#due = false;
  }

  onDeadline(now: number): void {
    if (this.#endsAt <= now) this.#state.phase = "ended";
  }
}

export const transportClose = (code: number, frameType: number, reason: string): CloseFrame => ({
  kind: "connection-close",
  by: "transport",
  code,
  frameType,
  reason: toUtf8(reason),
});

export const applicationClose = (code: number, reason: string): CloseFrame => ({
  kind: "connection-close",
  by: "application",
  code,
  frameType: 0,
  reason: toUtf8(reason),
});
