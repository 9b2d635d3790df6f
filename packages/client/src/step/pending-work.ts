/** Which groups have something to commit: after a start, nobody else remembers. */
import { toHex } from "@quicprochat/bytes";
import { groups } from "../conversation/group.ts";
import { joiners } from "../conversation/joiner.ts";
import { pendingCommits } from "../conversation/pending-commit.ts";
import { limits } from "../limits.ts";
import type { Draft } from "./draft.ts";

/** Ids of groups with a commit under way, devices to add, or a refresh that is due. */
export function groupsWithWork(draft: Draft): Uint8Array[] {
  const adding = new Set(draft.list(joiners).map(({ key }) => toHex(key.subarray(0, limits.groupIdBytes))));
  const pending = new Set(draft.list(pendingCommits).map(({ key }) => toHex(key)));
  const due = draft.list(groups).filter(({ key, value }) => {
    const refreshing = value.refreshDueAt > 0 && value.refreshDueAt <= draft.now;
    return refreshing || adding.has(toHex(key)) || pending.has(toHex(key));
  });
  return due.map(({ key }) => key);
}

/** Before the engine closes: whoever closes early still brings keys of its own to the groups that it has just joined. */
export function hastenRefreshes(draft: Draft): void {
  for (const { key, value } of draft.list(groups)) {
    const soon = value.refreshDueAt > draft.now && value.refreshDueAt <= draft.now + limits.refreshAfterJoinMsMax;
    if (soon) draft.put(groups, key, { ...value, refreshDueAt: draft.now });
  }
}
