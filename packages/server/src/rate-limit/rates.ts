/** All rate limits of one server. */
import { RefusalError } from "@quicprochat/protocol";
import type { ServerLimits } from "../limits.ts";
import { RateLimit } from "./rate-limit.ts";

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;

export type Rates = {
  readonly [Name in "calls" | "enqueues" | "logins" | "registrations" | "mailboxes" | "storedBytes"]: RateLimit;
};

export function ratesOf(limits: ServerLimits): Rates {
  const perSecond = { windowMs: SECOND_MS, entriesMax: limits.rateEntriesMax };
  const perMinute = { windowMs: MINUTE_MS, entriesMax: limits.rateEntriesMax };
  return {
    calls: new RateLimit({ ...perSecond, max: limits.callsPerSecondPerPrefix }),
    enqueues: new RateLimit({ ...perSecond, max: limits.enqueuesPerSecondPerMailbox }),
    logins: new RateLimit({ ...perMinute, max: limits.loginsPerMinutePerName }),
    registrations: new RateLimit({ ...perMinute, max: limits.registrationsPerMinutePerPrefix }),
    mailboxes: new RateLimit({ ...perMinute, max: limits.mailboxesPerMinutePerPrefix }),
    storedBytes: new RateLimit({ ...perMinute, max: limits.storedBytesPerMinutePerPrefix }),
  };
}

/** Throws `RefusalError("rate_limited")` with the time to wait. */
export function spend(rate: RateLimit, key: string, now: number, weight = 1): void {
  const retryAfterMs = rate.take(key, now, weight);
  if (retryAfterMs > 0) throw new RefusalError("rate_limited", retryAfterMs);
}
