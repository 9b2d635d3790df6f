/** Who is still to be added to a group. */
import { equalBytes } from "@quicprochat/bytes";
import { type Joiner, joiners } from "../conversation/joiner.ts";
import type { Member } from "../conversation/members.ts";
import type { Draft } from "./draft.ts";
import { keyOf } from "./table.ts";

export const joinersOf = (draft: Draft, groupId: Uint8Array): Joiner[] =>
  draft.list(joiners, groupId).map(({ value }) => value);

export function wantJoiner(draft: Draft, groupId: Uint8Array, joiner: Joiner): void {
  draft.put(joiners, keyOf(groupId, joiner.deviceId), joiner);
}

/** Forgets the intent for devices that are members now, whoever added them. */
export function dropJoiners(draft: Draft, groupId: Uint8Array, members: readonly Member[]): void {
  for (const { key, value } of draft.list(joiners, groupId)) {
    if (members.some((member) => isDeviceOf(value, member))) draft.delete(joiners, key);
  }
}

export const isDeviceOf = (
  one: Pick<Joiner, "rootKey" | "deviceId">,
  other: Pick<Joiner, "rootKey" | "deviceId">,
): boolean => equalBytes(one.rootKey, other.rootKey) && equalBytes(one.deviceId, other.deviceId);
