/** Who may change what in a group: judged per proposal by its proposer's role in the epoch before. docs/protocol.md, "Policy". */
import { equalBytes, toHex } from "@quicprochat/bytes";

export type Role = "owner" | "admin" | "member";

/** What the policy looks at in the GroupContext. */
export type Rules = {
  readonly conversationId: Uint8Array;
  readonly title: string;
  /** Roles above member, by hex of the root key. */
  readonly roles: ReadonlyMap<string, Role>;
};

/** Roots stand for accounts. */
export type Change =
  | { readonly kind: "add"; readonly rootKey: Uint8Array }
  | { readonly kind: "remove"; readonly rootKey: Uint8Array; readonly itself: boolean }
  | { readonly kind: "update" }
  | { readonly kind: "rules"; readonly rules: Rules | undefined }
  /** Anything that no member may do. */
  | { readonly kind: "other" };

export const roleOf = (rules: Rules, rootKey: Uint8Array): Role => rules.roles.get(toHex(rootKey)) ?? "member";

/** Why the change is not allowed; `undefined` when it is. */
export function judge(change: Change, proposer: Uint8Array, rules: Rules): string | undefined {
  const role = roleOf(rules, proposer);
  switch (change.kind) {
    case "update":
      return undefined;
    case "add":
      return role === "member" ? "members may not add" : undefined;
    case "remove":
      return judgeRemove(change, role, rules);
    case "rules":
      return judgeRules(change.rules, role, rules);
    case "other":
      return "no such change";
  }
}

function judgeRemove(
  { rootKey, itself }: Change & { readonly kind: "remove" },
  role: Role,
  rules: Rules,
): string | undefined {
  const theirs = roleOf(rules, rootKey);
  if (theirs === "owner" && ownersOf(rules).length === 1) return "the last owner cannot leave";
  if (itself) return undefined;
  if (role === "member") return "members may not remove";
  return theirs === "owner" && role !== "owner" ? "only owners remove owners" : undefined;
}

function judgeRules(after: Rules | undefined, role: Role, before: Rules): string | undefined {
  if (after === undefined) return "the rules must stay readable";
  if (!equalBytes(after.conversationId, before.conversationId)) return "the conversation id cannot change";
  if (role === "member") return "members may not change the rules";
  if (ownersOf(after).length === 0) return "a group has an owner";
  const sameOwners = ownersOf(after).join() === ownersOf(before).join();
  return sameOwners || role === "owner" ? undefined : "only owners change owners";
}

const ownersOf = ({ roles }: Rules): string[] =>
  Array.from(roles)
    .filter(([, role]) => role === "owner")
    .map(([root]) => root)
    .sort();
