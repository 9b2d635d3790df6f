/** Taking over an own commit that won, after messages were sent and read while it was on its way: RFC 9420 section 9.2. */
import { changesBetween } from "../state/changes.ts";
import type { GroupState } from "./group-state.ts";
import type { ChangedParts } from "./outcome.ts";

/**
 * `next` of the commit, with the message keys that `current` has now: what it has consumed since stays consumed, and
 * what it has forgotten stays forgotten. Throws `RangeError` when `next` does not follow the epoch of `current`.
 */
export function adoptCommitted(
  current: GroupState,
  next: GroupState,
): { readonly state: GroupState; readonly changed: ChangedParts } {
  const { context, messages, pastEpochs } = current.fields;
  if (next.fields.context.epoch !== context.epoch + 1n) throw new RangeError("the commit ends another epoch");
  const kept = new Map([messages, ...pastEpochs.map((past) => past.messages)].map((each) => [each.epoch, each]));
  const state = next.with({
    pastEpochs: next.fields.pastEpochs.flatMap((past) => {
      const latest = kept.get(past.messages.epoch);
      return latest === undefined ? [] : [{ ...past, messages: latest }];
    }),
  });
  return { state, changed: changesBetween(current, state) };
}
