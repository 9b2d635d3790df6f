/** Expires and vacuums from time to time, in small steps between which others have their turn. */
import type { Calendar } from "./calendar.ts";
import type { ServerLimits } from "./limits.ts";
import type { Log } from "./log-line.ts";
import { errorCode } from "./server-error.ts";
import type { Store } from "./store/store.ts";

type Upkeep = {
  readonly store: Store;
  readonly limits: ServerLimits;
  readonly calendar: Calendar;
  readonly now: () => number;
  readonly log: Log;
};

/** The first round starts at once; disposing ends the last one. */
export function startUpkeep(upkeep: Upkeep): AsyncDisposable {
  let stopped = false;
  let round: Promise<void> = Promise.resolve();
  const begin = (): void => {
    round = round.then(() => runRound(upkeep, () => stopped));
  };
  begin();
  const timer = setInterval(begin, upkeep.limits.upkeepMs);
  timer.unref();
  return {
    [Symbol.asyncDispose]: () => {
      stopped = true;
      clearInterval(timer);
      return round;
    },
  };
}

async function runRound({ store, limits, calendar, now, log }: Upkeep, stopped: () => boolean): Promise<void> {
  const step = { rowsMax: limits.expireRowsMax, pagesMax: limits.vacuumPagesMax };
  try {
    for (let steps = 0; steps < limits.upkeepStepsMax && !stopped(); steps++) {
      if (!(await store.upkeep({ ...step, hour: calendar.hour() }))) return;
    }
  } catch (error) {
    log({ time: now(), level: "warn", event: "upkeep_failed", code: errorCode(error) });
  }
}
