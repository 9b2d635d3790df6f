/** Days and times of day as the chat shows them. */

type Formats = { readonly time: Intl.DateTimeFormat; readonly day: Intl.DateTimeFormat };

/** Making a format takes longer than using it a thousand times; a process has one time zone, tests have few. */
const formats = new Map<string, Formats>();

/** As in `09:41`. */
export const clockTime = (at: number, timeZone: string): string => formatsOf(timeZone).time.format(possible(at));

/** As in `Sunday 17 May 2026`. */
export const dayText = (at: number, timeZone: string): string =>
  formatsOf(timeZone).day.format(possible(at)).replaceAll(",", "");

/** A sender may claim a time that no calendar has. */
const possible = (at: number): number => (Math.abs(at) <= 8.64e15 ? at : 0);

function formatsOf(timeZone: string): Formats {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const made: Formats = {
    time: new Intl.DateTimeFormat("en-GB", { timeZone, hour: "2-digit", minute: "2-digit" }),
    day: new Intl.DateTimeFormat("en-GB", {
      timeZone,
      weekday: "long",
      day: "numeric",
      month: "long",
      year: "numeric",
    }),
  };
  formats.set(timeZone, made);
  return made;
}
