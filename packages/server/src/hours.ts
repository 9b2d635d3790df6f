/** The server's only unit of stored time: whole hours since 1970. docs/protocol.md, "Time and limits". */

const HOUR_MS = 60 * 60 * 1000;

export const hourOf = (timeMs: number): number => Math.floor(timeMs / HOUR_MS);

/** The hour from which something may be deleted: `hours` have passed then for certain, whatever minute of `hour` it is. */
export const expiryHour = (hour: number, hours: number): number => hour + hours + 1;
