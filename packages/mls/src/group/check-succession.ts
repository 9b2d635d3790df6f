/** Whether a new group is what a ReInit or a branch of the former one allows: RFC 9420 sections 11.2, 11.3 and 12.4.3.1. */
import { equalBytes } from "@quicprochat/bytes";
import type { RefusalCode } from "../refusal.ts";
import type { RatchetTree } from "../tree/ratchet-tree.ts";
import { type Credential, writeCredential } from "../wire/credential.ts";
import { writeExtensions } from "../wire/extension.ts";
import type { GroupInfo } from "../wire/group-info.ts";
import type { PreSharedKeyId } from "../wire/pre-shared-key-id.ts";
import { encode } from "../wire/presentation.ts";
import type { ReInit } from "../wire/proposal.ts";
import type { GroupState } from "./group-state.ts";

export function checkSuccession(
  ids: readonly PreSharedKeyId[],
  { groupContext }: GroupInfo,
  tree: RatchetTree,
  previous: GroupState | undefined,
): RefusalCode | undefined {
  const id = ids.find((each) => each.kind === "resumption" && each.usage !== "application");
  if (id === undefined || id.kind !== "resumption") return undefined;
  const former = previous?.fields;
  if (former === undefined || !equalBytes(former.context.groupId, id.groupId)) return "psk-missing";
  if (groupContext.epoch !== 1n) return "reinit-mismatch";
  const [old, young] = [membersOf(former.tree), membersOf(tree)];
  if (id.usage === "branch") {
    const sameKind = groupContext.version === former.context.version && groupContext.cipherSuite === former.suite.id;
    return sameKind && isWithin(young, old) ? undefined : "reinit-mismatch";
  }
  if (former.reinit === undefined || id.epoch !== former.context.epoch) return "not-reinitialised";
  return matches(groupContext, former.reinit) && isWithin(old, young) ? undefined : "reinit-mismatch";
}

const matches = (context: GroupInfo["groupContext"], reinit: ReInit): boolean =>
  equalBytes(context.groupId, reinit.groupId) &&
  context.version === reinit.version &&
  context.cipherSuite === reinit.cipherSuite &&
  equalBytes(encode(writeExtensions, context.extensions), encode(writeExtensions, reinit.extensions));

const membersOf = (tree: RatchetTree): Credential[] => [...tree.leaves()].map(({ leaf }) => leaf.credential);

/** Members are the same where their credentials are. */
export function isWithin(some: readonly Credential[], all: readonly Credential[]): boolean {
  const known = new Set(all.map(nameOf));
  return some.every((credential) => known.has(nameOf(credential)));
}

const nameOf = (credential: Credential): string => Buffer.from(encode(writeCredential, credential)).toString("latin1");
