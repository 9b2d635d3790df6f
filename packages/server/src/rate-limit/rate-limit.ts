/** How often something may happen within a sliding window, for each key; remembers a bounded number of keys. */

/** Far below one call: shares of windows are not exact. */
const ROUNDING = 1e-6;

export type RateLimitOptions = {
  readonly max: number;
  readonly windowMs: number;
  readonly entriesMax: number;
  /** Told of each that may not happen. */
  readonly onHit?: () => void;
};

/** Counts of the fixed window that began at `start`, and of the one before it. */
type Counts = { readonly start: number; readonly current: number; readonly previous: number };

export class RateLimit {
  readonly #options: RateLimitOptions;
  readonly #counts = new Map<string, Counts>();

  constructor(options: RateLimitOptions) {
    this.#options = options;
  }

  /** 0 when it may happen, and it is counted as often as it weighs; else the milliseconds to wait. */
  take(key: string, now: number, weight = 1): number {
    const { max, windowMs, entriesMax, onHit } = this.#options;
    const counts = advance(this.#counts.get(key), now, windowMs);
    // The previous window counts for the part of it that the sliding one still covers.
    const share = 1 - (now - counts.start) / windowMs;
    const used = counts.previous * share + counts.current;
    if (used + weight > max + ROUNDING) {
      onHit?.();
      return waitMs(counts, { max, windowMs, now, weight });
    }
    this.#counts.delete(key);
    // The map keeps the order of use: what was used least recently goes first.
    if (this.#counts.size >= entriesMax)
      for (const oldest of this.#counts.keys()) if (this.#counts.delete(oldest)) break;
    this.#counts.set(key, { ...counts, current: counts.current + weight });
    return 0;
  }
}

function advance(counts: Counts | undefined, now: number, windowMs: number): Counts {
  if (counts === undefined || now < counts.start) return { start: now, current: 0, previous: 0 };
  const windows = Math.floor((now - counts.start) / windowMs);
  if (windows === 0) return counts;
  const start = counts.start + windows * windowMs;
  return { start, current: 0, previous: windows === 1 ? counts.current : 0 };
}

type Wait = { readonly max: number; readonly windowMs: number; readonly now: number; readonly weight: number };

/** When so much of the older window has slid out that one more of this weight fits. */
function waitMs({ start, current, previous }: Counts, { max, windowMs, now, weight }: Wait): number {
  const fitsInThisWindow = current + weight <= max;
  const [older, newer, from] = fitsInThisWindow ? [previous, current, start] : [current, 0, start + windowMs];
  const share = (max - weight - newer) / older;
  return Math.max(1, Math.ceil(from + (1 - share) * windowMs - now));
}
