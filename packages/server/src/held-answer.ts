/** Answers whose time must not tell what was found: held to the next multiple of a step. docs/protocol.md, "Sessions". */
import { setTimeout as sleep } from "node:timers/promises";

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
    await sleep(holdMs(performance.now() - started, stepMs));
  }
}
