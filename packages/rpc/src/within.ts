/** A wait with a limit. */

/** Awaits `work`; when that takes longer than `ms`, calls `onLate`, which must make it fail. */
export async function within<T>(ms: number, work: Promise<T>, onLate: () => void): Promise<T> {
  const timer = setTimeout(onLate, ms);
  try {
    return await work;
  } finally {
    clearTimeout(timer);
  }
}
