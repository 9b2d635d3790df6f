/** The slot that decides on a group's next epoch: named by gate_n and the attempt. docs/protocol.md, "Slots". */
import type { GroupState } from "@quicprochat/mls";
import { type EpochSecrets, epochSecrets, type Group, type GroupStatus, groups } from "../conversation/group.ts";
import { type SlotKeys, slotKeys } from "../envelope/slot-entry.ts";
import type { Draft } from "./draft.ts";
import { stateName } from "./group-states.ts";

export type NextSlot = {
  readonly group: Group;
  readonly secrets: EpochSecrets;
  readonly state: GroupState;
  readonly keys: SlotKeys;
};

const followed: readonly GroupStatus[] = ["founding", "active", "superseded"];

/** `undefined` for a group that this device is not part of any more, or cannot follow. */
export function nextSlot(draft: Draft, groupId: Uint8Array): NextSlot | undefined {
  const group = draft.get(groups, groupId);
  const secrets = draft.get(epochSecrets, groupId);
  const state = draft.state(stateName(groupId));
  if (group === undefined || secrets === undefined || state === undefined) return undefined;
  if (!followed.includes(group.status)) return undefined;
  return { group, state, secrets, keys: slotKeys(secrets.gate, group.attempt) };
}

export function nextSlotName(draft: Draft, groupId: Uint8Array): Uint8Array | undefined {
  return nextSlot(draft, groupId)?.keys.name.publicKey;
}
