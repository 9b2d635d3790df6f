/** Giving up message keys of past epochs before their number does, RFC 9420 section 9.2. */
import { changesBetween } from "../state/changes.ts";
import type { GroupState } from "./group-state.ts";
import type { ChangedParts } from "./outcome.ts";

/** Messages of epochs before `oldest` no longer decrypt. */
export function forgetEpochsBefore(
  state: GroupState,
  oldest: bigint,
): { readonly state: GroupState; readonly changed: ChangedParts } {
  const { pastEpochs } = state.fields;
  const kept = pastEpochs.filter(({ messages }) => messages.epoch >= oldest);
  if (kept.length === pastEpochs.length) return { state, changed: changesBetween(state, state) };
  const next = state.with({ pastEpochs: kept });
  return { state: next, changed: changesBetween(state, next) };
}
