/** Commit and UpdatePath, RFC 9420 sections 12.4 and 7.6. */
import type { Reader, Writer } from "@quicprochat/bytes";
import { type LeafNode, readLeafNode, writeLeafNode } from "./leaf-node.ts";
import { type Proposal, readProposal, writeProposal } from "./proposal.ts";
import { readOptional, readVectorOf, writeOptional, writeVectorOf } from "./vector.ts";

export type HpkeCiphertext = { readonly kemOutput: Uint8Array; readonly ciphertext: Uint8Array };

export type UpdatePathNode = {
  readonly encryptionKey: Uint8Array;
  readonly encryptedPathSecrets: readonly HpkeCiphertext[];
};

export type UpdatePath = { readonly leafNode: LeafNode; readonly nodes: readonly UpdatePathNode[] };

export type ProposalOrRef =
  | { readonly kind: "proposal"; readonly proposal: Proposal }
  | { readonly kind: "reference"; readonly reference: Uint8Array };

export type Commit = { readonly proposals: readonly ProposalOrRef[]; readonly path: UpdatePath | undefined };

export const readHpkeCiphertext = (reader: Reader): HpkeCiphertext => ({
  kemOutput: reader.vector(),
  ciphertext: reader.vector(),
});

export const writeHpkeCiphertext = (writer: Writer, { kemOutput, ciphertext }: HpkeCiphertext): Writer =>
  writer.vector(kemOutput).vector(ciphertext);

export const readCommit = (reader: Reader): Commit => ({
  proposals: readVectorOf(reader, readProposalOrRef),
  path: readOptional(reader, readUpdatePath),
});

export function writeCommit(writer: Writer, commit: Commit): void {
  writeVectorOf(writer, commit.proposals, writeProposalOrRef);
  writeOptional(writer, commit.path, writeUpdatePath);
}

const proposalCode = 1;
const referenceCode = 2;

function readProposalOrRef(reader: Reader): ProposalOrRef {
  const code = reader.u8();
  if (code === proposalCode) return { kind: "proposal", proposal: readProposal(reader) };
  if (code === referenceCode) return { kind: "reference", reference: reader.vector() };
  throw reader.error("unknown-proposal-or-ref");
}

function writeProposalOrRef(writer: Writer, item: ProposalOrRef): void {
  if (item.kind === "proposal") writeProposal(writer.u8(proposalCode), item.proposal);
  else writer.u8(referenceCode).vector(item.reference);
}

export const readUpdatePath = (reader: Reader): UpdatePath => ({
  leafNode: readLeafNode(reader),
  nodes: readVectorOf(reader, (inner) => ({
    encryptionKey: inner.vector(),
    encryptedPathSecrets: readVectorOf(inner, readHpkeCiphertext),
  })),
});

export function writeUpdatePath(writer: Writer, path: UpdatePath): void {
  writeLeafNode(writer, path.leafNode);
  writeVectorOf(writer, path.nodes, (inner, node) => {
    inner.vector(node.encryptionKey);
    writeVectorOf(inner, node.encryptedPathSecrets, writeHpkeCiphertext);
  });
}
