/** How far this machine's clock is off the server's, and what follows from it. docs/protocol.md, "Time and limits". */
import { limits as protocolLimits } from "@quicprochat/protocol";
import { Failure } from "../failure.ts";

type Times = { readonly askedAt: number; readonly answeredAt: number; readonly serverTimeMs: bigint };

/** Milliseconds that the server is ahead. Its answer is as old as half the round trip. */
export function clockSkew({ askedAt, answeredAt, serverTimeMs }: Times): number {
  return Number(serverTimeMs) - (askedAt + answeredAt) / 2;
}

export type ClockVerdict =
  | { readonly kind: "fine" }
  | { readonly kind: "warn"; readonly text: string }
  | { readonly kind: "stop"; readonly failure: Failure };

export function judgeClock(skewMs: number): ClockVerdict {
  const off = Math.abs(skewMs);
  // Written so that a time that is no number stops, too.
  if (!(off <= protocolLimits.clockStopMs)) {
    const message = `This computer's clock and the server's are ${span(off)} apart. Set the clock of whichever is wrong, then try again.`;
    return { kind: "stop", failure: new Failure("clock_wrong", message) };
  }
  if (off <= protocolLimits.clockWarnMs) return { kind: "fine" };
  const text = `This computer's clock is ${span(off)} ${skewMs > 0 ? "behind" : "ahead of"} the server's. Set it soon: at 24 hours messages stop.`;
  return { kind: "warn", text };
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const span = (ms: number): string =>
  ms < 2 * HOUR ? `${Math.round(ms / MINUTE)} minutes` : `${Math.round(ms / HOUR)} hours`;
