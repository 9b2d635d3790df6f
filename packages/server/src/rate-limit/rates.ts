/** All rate limits of one server. */
import { RefusalError } from "@quicprochat/protocol";
import type { ServerLimits } from "../limits.ts";
import type { Metrics, RateKind } from "../metrics/metrics.ts";
import { RateLimit } from "./rate-limit.ts";

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;

export type Rates = {
  readonly [Name in "calls" | "enqueues" | "logins" | "registrations" | "mailboxes" | "storedBytes"]: RateLimit;
};

export function ratesOf(limits: ServerLimits, { rateLimitHit }: Metrics): Rates {
  const limit = (kind: RateKind, windowMs: number, max: number): RateLimit =>
    new RateLimit({ max, windowMs, entriesMax: limits.rateEntriesMax, onHit: () => rateLimitHit(kind) });
  return {
    calls: limit("calls", SECOND_MS, limits.callsPerSecondPerPrefix),
    enqueues: limit("enqueues", SECOND_MS, limits.enqueuesPerSecondPerMailbox),
    logins: limit("logins", MINUTE_MS, limits.loginsPerMinutePerName),
    registrations: limit("registrations", MINUTE_MS, limits.registrationsPerMinutePerPrefix),
    mailboxes: limit("mailboxes", MINUTE_MS, limits.mailboxesPerMinutePerPrefix),
    storedBytes: limit("stored_bytes", MINUTE_MS, limits.storedBytesPerMinutePerPrefix),
  };
}

/** Throws `RefusalError("rate_limited")` with the time to wait. */
export function spend(rate: RateLimit, key: string, now: number, weight = 1): void {
  const retryAfterMs = rate.take(key, now, weight);
  if (retryAfterMs > 0) throw new RefusalError("rate_limited", retryAfterMs);
}
