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
    if (isQuiet(now - this.#lastLogged)) return;
    this.#lastLogged = now;
    this.#log({ time: now, level: "error", event: "store_refused", code, message });
  }

  state(now: number): "ok" | "unavailable" {
    return isQuiet(now - this.#lastRefused) ? "unavailable" : "ok";
  }
}

/** A clock that was set back is no reason to be quiet. */
const isQuiet = (sinceMs: number): boolean => Math.abs(sinceMs) < QUIET_MS;
