/** Notices that the store refuses, and says so in the log, but not for every call. */
import type { Log } from "./log-line.ts";
import type { ServerError } from "./server-error.ts";

/** A full disk refuses many calls: one line a minute tells it, and a minute without refusals ends it. */
const QUIET_MS = 60_000;

export class StoreWatch {
  readonly #log: Log;
  #lastLogged = Number.NEGATIVE_INFINITY;
  #lastRefused = Number.NEGATIVE_INFINITY;

  constructor(log: Log) {
    this.#log = log;
  }

  refused({ code, message }: ServerError, now: number): void {
    this.#lastRefused = now;
    if (now - this.#lastLogged < QUIET_MS) return;
    this.#lastLogged = now;
    this.#log({ time: now, level: "error", event: "store_refused", code, message });
  }

  state(now: number): "ok" | "unavailable" {
    return now - this.#lastRefused < QUIET_MS ? "unavailable" : "ok";
  }
}
