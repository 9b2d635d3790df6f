/** A commit by a member that keeps to no rule: what honest members must refuse. */
import { applyProposals } from "../src/group/apply-proposals.ts";
import type { GroupState } from "../src/group/group-state.ts";
import type { AppliedProposal } from "../src/group/outcome.ts";
import { sealCommit } from "../src/group/seal-commit.ts";
import type { Committed, Proposal } from "../src/index.ts";
import { signLeafNode } from "../src/leaf/sign-leaf-node.ts";
import type { LeafNode } from "../src/wire/leaf-node.ts";
import { committed, random } from "./people.ts";

type Forgery = {
  readonly proposals?: readonly Proposal[];
  readonly path?: boolean;
  /** Changes the leaf node of the path after it was signed. */
  readonly leaf?: (leaf: LeafNode) => LeafNode;
};

export function forgedCommit({ fields }: GroupState, { proposals = [], path = true, leaf = same }: Forgery): Committed {
  const { suite, context, tree, ownLeaf } = fields;
  const applied: AppliedProposal[] = proposals.map((proposal) => ({
    proposal,
    sender: { kind: "member", leafIndex: ownLeaf },
  }));
  // What cannot be applied is only listed.
  const possible = applied.filter(
    ({ proposal }) => proposal.kind !== "remove" || tree.leaf(proposal.removed) !== undefined,
  );
  const list = applyProposals({ tree, extensions: context.extensions }, possible);
  const former = tree.leaf(ownLeaf);
  if ("code" in list || former === undefined) throw new Error("not even a forger can commit this");
  const position = { groupId: context.groupId, leafIndex: ownLeaf };
  const leafOf = (encryptionKey: Uint8Array) => (parentHash: Uint8Array) =>
    leaf(
      signLeafNode(
        suite,
        fields.signaturePrivateKey,
        { ...former, encryptionKey, source: { kind: "commit", parentHash } },
        position,
      ),
    );
  return committed(
    sealCommit({
      base: { suite, context, tree, now: undefined },
      plan: { ...list, committer: ownLeaf, formerLeaf: former },
      applied,
      listed: proposals.map((proposal) => ({ kind: "proposal", proposal })),
      author: { kind: "member", fields },
      leaf: path ? ({ publicKey }) => leafOf(publicKey) : undefined,
      newSignaturePrivateKey: undefined,
      psks: () => new Uint8Array(32),
      wire: "public",
      welcomeTree: "inline",
      authenticatedData: new Uint8Array(0),
      paddingBytes: 0,
      random,
    }),
  );
}

const same = (leaf: LeafNode): LeafNode => leaf;
