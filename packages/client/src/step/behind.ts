/** Groups whose slot chain this device must walk: remembered until a slot is found that nobody has written yet. */
import { equalBytes } from "@quicprochat/bytes";
import { groups } from "../conversation/group.ts";
import type { Draft } from "./draft.ts";
import { table } from "./table.ts";

/** Key: the group's id; value: one that no other sign of being behind has had. */
export const behindGroups = table(
  "behind-group",
  { encode: (sign: Uint8Array) => sign, decode: (sign: Uint8Array) => sign },
  { resident: true },
);

/** Somebody may have committed without our hearing of it. */
export function fallBehind(draft: Draft, groupId: Uint8Array): void {
  draft.put(behindGroups, groupId, draft.nextKey());
  draft.act({ kind: "walk", groupId });
}

export const signOfBehind = (draft: Draft, groupId: Uint8Array): Uint8Array | undefined =>
  draft.get(behindGroups, groupId);

/** `sign`: what there was before the end of the chain was read; a later one may tell of what came behind it. */
export function haveCaughtUp(draft: Draft, groupId: Uint8Array, sign: Uint8Array | undefined): void {
  const now = signOfBehind(draft, groupId);
  if (now !== undefined && sign !== undefined && equalBytes(now, sign)) draft.delete(behindGroups, groupId);
}

/** Ids. What is over needs no walk. */
export function groupsBehind(draft: Draft): Uint8Array[] {
  return draft
    .list(behindGroups)
    .map(({ key }) => key)
    .filter((groupId) => draft.get(groups, groupId)?.status === "active");
}
