/** SIGINT, SIGTERM and SIGHUP as one AbortSignal for the whole process. */
import { exitCodes } from "./failure.ts";
import { limits } from "./limits.ts";

/**
 * The first signal asks the command to stop in good order. Another one, later than the echo that a terminal's process
 * group and npm make of the same Ctrl-C, ends the process at once.
 */
export function stopSignal(): AbortSignal {
  const controller = new AbortController();
  let firstAt: number | undefined;
  const stop = (): void => {
    const now = performance.now();
    firstAt ??= now;
    if (now - firstAt > limits.repeatedSignalMs) process.exit(exitCodes.interrupted);
    controller.abort();
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, stop);
  return controller.signal;
}

/** Settles with the work, or rejects with `reason()` as soon as the signal is aborted. */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal, reason: () => Error): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const onAbort = (): void => aborted.reject(reason());
  if (signal.aborted) onAbort();
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

/** Resolves when the signal is aborted. */
export function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}
