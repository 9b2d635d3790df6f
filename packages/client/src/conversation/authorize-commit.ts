/** The policy as MLS asks for it: of the epoch before and of the commit's bytes alone, so that every member judges alike. */
import { equalBytes, toHex } from "@quicprochat/bytes";
import type { AppliedProposal, Authorize, GroupState, Proposal } from "@quicprochat/mls";
import { extensionTypes } from "../envelope/extensions.ts";
import { directId } from "./direct-id.ts";
import { claimedMember, type Member, membersOf, verifiedLeaf } from "./members.ts";
import { contradicting } from "./one-name.ts";
import { type Change, judge, type Rules } from "./policy.ts";
import { decodeRules, rulesOf } from "./rules.ts";

export function authorizeCommit(state: GroupState, serverId: Uint8Array): Authorize {
  return ({ committer, proposals, leafNode }) => {
    const rules = rulesOf(state);
    if (rules === undefined) return "the group has no rules";
    if (committer.kind !== "member") return "nobody joins by an external commit yet";
    const members = new Map(membersOf(state).map((member) => [member.leafIndex, member]));
    const itself = members.get(committer.leafIndex);
    if (itself === undefined) return "the committer is nobody";
    if (leafNode !== undefined && !samePerson(itself, verifiedLeaf(committer.leafIndex, leafNode, serverId))) {
      return "the committer's new leaf belongs to somebody else";
    }
    const epoch = { rules, members, serverId };
    for (const applied of proposals) {
      const fault = judgeProposal(applied, epoch);
      if (fault !== undefined) return fault;
    }
    return contradicting([...members.values()], proposals.flatMap(joinerOf)) && "one name for two accounts";
  };
}

const joinerOf = ({ proposal }: AppliedProposal): Member[] =>
  proposal.kind === "add" ? [claimedMember(proposal.keyPackage.leafNode)].filter((joiner) => joiner !== undefined) : [];

type EpochFacts = {
  readonly rules: Rules;
  readonly members: ReadonlyMap<number, Member>;
  readonly serverId: Uint8Array;
};

function judgeProposal({ proposal, sender }: AppliedProposal, epoch: EpochFacts): string | undefined {
  const proposer = sender.kind === "member" ? epoch.members.get(sender.leafIndex) : undefined;
  if (proposer === undefined) return "only members propose";
  const change = changeOf(proposal, proposer, epoch);
  return typeof change === "string" ? change : judge(change, proposer.rootKey, epoch.rules);
}

/** What the policy is to judge, or why there is nothing to judge. */
function changeOf(proposal: Proposal, proposer: Member, epoch: EpochFacts): Change | string {
  switch (proposal.kind) {
    case "add": {
      const joiner = verifiedLeaf(0, proposal.keyPackage.leafNode, epoch.serverId);
      if (joiner === undefined) return "a joiner without a valid chain of keys";
      return isDirect(epoch) ? "two people talk here" : { kind: "add", rootKey: joiner.rootKey };
    }
    case "update": {
      const leaf = verifiedLeaf(proposer.leafIndex, proposal.leafNode, epoch.serverId);
      return samePerson(proposer, leaf) ? { kind: "update" } : "an update to somebody else";
    }
    case "remove": {
      const removed = epoch.members.get(proposal.removed);
      if (removed === undefined) return "nobody is removed";
      return { kind: "remove", rootKey: removed.rootKey, itself: removed === proposer };
    }
    case "group-context-extensions": {
      const data = proposal.extensions.find(({ type }) => type === extensionTypes.conversation)?.data;
      return { kind: "rules", rules: data === undefined ? undefined : decodeRules(data) };
    }
    case "psk":
    case "reinit":
    case "external-init":
      return { kind: "other" };
  }
}

/** The owner of a root may sign any name with it: the name must stay, and no earlier identity come back. */
function samePerson(one: Member, other: Member | undefined): boolean {
  if (other === undefined || one.user !== other.user || other.identityVersion < one.identityVersion) return false;
  return equalBytes(one.rootKey, other.rootKey) && equalBytes(one.deviceId, other.deviceId);
}

/** A conversation of two whose id says that it stays so. */
export function isDirect({ rules, members, serverId }: EpochFacts): boolean {
  const roots = new Map(Array.from(members.values(), ({ rootKey }) => [toHex(rootKey), rootKey]));
  const [one, other, third] = roots.values();
  if (one === undefined || other === undefined || third !== undefined) return false;
  return equalBytes(directId(serverId, one, other), rules.conversationId);
}
