/** The hour for all that expires. A system clock that jumps must not delete what people wait for, nor hide it from them. */
import { hourOf } from "./hours.ts";

const HOUR_MS = 60 * 60 * 1000;
/** Clocks are set by seconds; more than this at once is a jump. */
const JUMP_MS = HOUR_MS;
/** A clock that still says so after this long is believed: a sleeping machine's was right. */
const BELIEVED_AFTER_MS = 24 * HOUR_MS;

export type CalendarOptions = {
  /** Unix time, by a clock that may be set. */
  readonly now: () => number;
  /** Milliseconds since some moment, by a clock that only goes on. */
  readonly elapsedMs: () => number;
  readonly onJump: (hours: number) => void;
};

export class Calendar {
  readonly #options: CalendarOptions;
  /** Unix time less elapsed time, as long as both agree. */
  #offset: number;
  #jumpedAt: number | undefined;

  constructor(options: CalendarOptions) {
    this.#options = options;
    this.#offset = options.now() - options.elapsedMs();
  }

  hour(): number {
    const elapsed = this.#options.elapsedMs();
    const offset = this.#options.now() - elapsed;
    if (Math.abs(offset - this.#offset) < JUMP_MS || this.#isOldJump(elapsed)) {
      this.#offset = offset;
      this.#jumpedAt = undefined;
    } else if (this.#jumpedAt === undefined) {
      this.#jumpedAt = elapsed;
      this.#options.onJump(Math.round((offset - this.#offset) / HOUR_MS));
    }
    return hourOf(elapsed + this.#offset);
  }

  #isOldJump(elapsed: number): boolean {
    return this.#jumpedAt !== undefined && elapsed - this.#jumpedAt >= BELIEVED_AFTER_MS;
  }
}
