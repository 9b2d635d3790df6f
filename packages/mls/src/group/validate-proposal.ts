/** Validity of a single proposal, RFC 9420 sections 12.1.1 to 12.1.8. */
import { equalBytes } from "@quicprochat/bytes";
import { validateKeyPackage } from "../key-package/validate-key-package.ts";
import { validateLeafNode } from "../leaf/validate-leaf-node.ts";
import type { Refusal } from "../refusal.ts";
import type { CipherSuite } from "../suite/cipher-suite.ts";
import type { RatchetTree } from "../tree/ratchet-tree.ts";
import { externalSenders, requiredCapabilities } from "../wire/extension.ts";
import type { Sender } from "../wire/framed-content.ts";
import type { GroupContext } from "../wire/group-context.ts";
import type { LeafNode } from "../wire/leaf-node.ts";
import type { PreSharedKeyId } from "../wire/pre-shared-key-id.ts";
import type { Proposal } from "../wire/proposal.ts";
import type { AppliedProposal } from "./outcome.ts";
import { unlessMalformed } from "./unless-malformed.ts";

type Group = {
  readonly suite: CipherSuite;
  readonly context: GroupContext;
  /** Of the epoch in which the proposal was made. */
  readonly tree: RatchetTree;
  readonly now: bigint | undefined;
  /** The usages of resumption PSKs that this commit may have: reinit and branch only where such a group begins. */
  readonly beginning: "reinit" | "branch" | undefined;
};

export function validateProposal(group: Group, { proposal, sender }: AppliedProposal): Refusal | undefined {
  const { suite, tree, context, now } = group;
  if (!maySend(sender, proposal)) return { code: "bad-sender" };
  switch (proposal.kind) {
    case "add":
      return validateKeyPackage(proposal.keyPackage, { suite, now });
    case "update":
      return sender.kind === "member" ? validateUpdate(group, sender.leafIndex, proposal.leafNode) : undefined;
    case "remove":
      return tree.leaf(proposal.removed) === undefined
        ? { code: "remove-blank", leafIndex: proposal.removed }
        : undefined;
    case "psk":
      return validatePskId(group, proposal.id);
    case "reinit":
      return proposal.reinit.version < context.version ? { code: "reinit-version" } : undefined;
    case "external-init":
      return undefined;
    case "group-context-extensions":
      return unlessMalformed(() => {
        requiredCapabilities(proposal.extensions);
        externalSenders(proposal.extensions);
        return true;
      }) === true
        ? undefined
        : { code: "context-extensions-malformed" };
  }
}

/** Sections 12.1.2 and 7.3. */
function validateUpdate({ suite, tree, context, now }: Group, leafIndex: number, leaf: LeafNode): Refusal | undefined {
  const former = tree.leaf(leafIndex);
  if (former === undefined) return { code: "unknown-sender", leafIndex };
  if (equalBytes(former.encryptionKey, leaf.encryptionKey)) return { code: "update-same-key", leafIndex };
  const position = { groupId: context.groupId, leafIndex };
  const code = validateLeafNode(leaf, { suite, source: "update", position, now });
  return code === undefined ? undefined : { code, leafIndex };
}

function validatePskId({ suite, beginning }: Group, id: PreSharedKeyId): Refusal | undefined {
  if (id.nonce.length !== suite.hashBytes) return { code: "psk-nonce" };
  const bound = id.kind === "resumption" && id.usage !== "application";
  return bound && id.usage !== beginning ? { code: "psk-usage" } : undefined;
}

/** Section 12.1.8: external senders cannot send what only a member, or only a joiner's commit, may. */
function maySend(sender: Sender, proposal: Proposal): boolean {
  switch (sender.kind) {
    case "member":
      return true;
    case "external":
      return proposal.kind !== "update" && proposal.kind !== "external-init";
    case "new-member-proposal":
      return proposal.kind === "add";
    case "new-member-commit":
      return proposal.kind === "external-init" || proposal.kind === "remove" || proposal.kind === "psk";
  }
}
