/** What a device may have missed while it was away: cells last 30 days, and slots 90. docs/protocol.md, "Slots". */
import { groups } from "../conversation/group.ts";
import { limits } from "../limits.ts";
import { fallBehind } from "./behind.ts";
import { codec, readCount, writeCount } from "./codec.ts";
import type { Draft } from "./draft.ts";
import { leaveGroup } from "./leave-group.ts";
import { table } from "./table.ts";

/** When everything had been fetched for the last time, to the hour. */
export const lastOnline = table(
  "last-online",
  codec<number>({ version: 1, write: (writer, at) => writeCount(writer, at), read: readCount }),
  { resident: true },
);
const KEY = new Uint8Array(1);

/** Before anything is fetched: notices may be gone, and after too long slots are, where a commit of ours would win alone. */
export function returnFromAbsence(draft: Draft): void {
  const awayMs = draft.now - (draft.get(lastOnline, KEY) ?? draft.now);
  if (awayMs < limits.absenceMs) return;
  for (const { value: group } of draft.list(groups)) {
    if (group.status !== "active") continue;
    if (awayMs < limits.absenceMsMax) fallBehind(draft, group.groupId);
    else leaveGroup(draft, group, "stuck");
  }
}

export function noteOnline(draft: Draft): void {
  const since = draft.now - (draft.get(lastOnline, KEY) ?? Number.NEGATIVE_INFINITY);
  if (since < 0 || since >= limits.upkeepMs) draft.put(lastOnline, KEY, draft.now);
}
