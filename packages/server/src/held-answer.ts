/** Answers whose time must not tell what was found: held to the next multiple of a step. docs/protocol.md, "Sessions". */
import { setTimeout as sleep, setImmediate as turn } from "node:timers/promises";

/** How late a timer may be. */
const TIMER_MS = 1;

/** How long an answer that took `elapsedMs` is held. */
export function holdMs(elapsedMs: number, stepMs: number): number {
  const steps = Math.max(1, Math.ceil(elapsedMs / stepMs));
  return steps * stepMs - elapsedMs;
}

/** Holds results and refusals alike. */
export async function inSteps<T>(stepMs: number, work: () => Promise<T>): Promise<T> {
  const started = performance.now();
  try {
    return await work();
  } finally {
    const now = performance.now();
    await until(now + holdMs(now - started, stepMs));
  }
}

/** Timers count whole milliseconds and begin at the last turn of the loop: the rest would tell how long the work took. */
async function until(time: number): Promise<void> {
  const wholeMs = Math.floor(time - performance.now()) - TIMER_MS;
  if (wholeMs > 0) await sleep(wholeMs);
  while (performance.now() < time) await turn();
}
