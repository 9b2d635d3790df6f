/** Timing in processor time of the whole process, the best round of several: what else runs on the machine only ever slows. */

function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/** Milliseconds of one call. */
export function bestMs(rounds: number, work: () => unknown): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) {
    const started = processorMs();
    work();
    best = Math.min(best, processorMs() - started);
  }
  return best;
}

/** As `bestMs`, of `calls` calls in each round, which get their number. */
export function bestRate(rounds: number, calls: number, work: (call: number) => unknown): number {
  let call = 0;
  const ms = bestMs(rounds, () => {
    for (let index = 0; index < calls; index++) work(call++);
  });
  return (calls / ms) * 1_000;
}

export async function bestMsOf(rounds: number, work: () => Promise<unknown>): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) {
    const started = processorMs();
    await work();
    best = Math.min(best, processorMs() - started);
  }
  return best;
}

export async function bestRateOf(
  rounds: number,
  calls: number,
  work: (call: number) => Promise<unknown>,
): Promise<number> {
  let call = 0;
  const ms = await bestMsOf(rounds, async () => {
    for (let index = 0; index < calls; index++) await work(call++);
  });
  return (calls / ms) * 1_000;
}
