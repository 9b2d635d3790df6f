/** The life of one cell: enqueued, fetched, acknowledged, each step durable before the next; and how many live a second. */

export type Lifecycle = () => Promise<void>;

/** Lives of all callers a second, each one after the other, for `ms` after a third of that to warm up. */
export async function livesPerSecond(callers: readonly Lifecycle[], ms: number): Promise<number> {
  await run(callers, ms / 3);
  const started = performance.now();
  const lives = await run(callers, ms);
  return (lives / (performance.now() - started)) * 1_000;
}

async function run(callers: readonly Lifecycle[], ms: number): Promise<number> {
  const until = performance.now() + ms;
  const counts = callers.map(async (live) => {
    let lives = 0;
    for (; performance.now() < until; lives++) await live();
    return lives;
  });
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
}
