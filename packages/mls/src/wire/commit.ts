/** Commit and UpdatePath, RFC 9420 sections 12.4 and 7.6. */
import type { Reader, Writer } from "@quicprochat/bytes";
import { type HpkeCiphertext, readHpkeCiphertext, writeHpkeCiphertext } from "./hpke-ciphertext.ts";
import { type LeafNode, readLeafNode, writeLeafNode } from "./leaf-node.ts";
import { readList, readOpaque, readOptional, writeList, writeOptional } from "./presentation.ts";
import { type Proposal, readProposal, writeProposal } from "./proposal.ts";

export type ProposalOrRef =
  | { readonly kind: "proposal"; readonly proposal: Proposal }
  | { readonly kind: "reference"; readonly reference: Uint8Array };

export type UpdatePathNode = {
  readonly encryptionKey: Uint8Array;
  /** One for each node of the copath child's resolution, less the leaves that the same commit adds. */
  readonly encryptedPathSecrets: readonly HpkeCiphertext[];
};

export type UpdatePath = { readonly leafNode: LeafNode; readonly nodes: readonly UpdatePathNode[] };

export type Commit = { readonly proposals: readonly ProposalOrRef[]; readonly path: UpdatePath | undefined };

export const readCommit = (reader: Reader): Commit => ({
  proposals: readList(reader, readProposalOrRef),
  path: readOptional(reader, readUpdatePath),
});

export function writeCommit(writer: Writer, commit: Commit): void {
  writeList(writer, commit.proposals, writeProposalOrRef);
  writeOptional(writer, commit.path, writeUpdatePath);
}

export const readUpdatePath = (reader: Reader): UpdatePath => ({
  leafNode: readLeafNode(reader),
  nodes: readList(reader, readUpdatePathNode),
});

export function writeUpdatePath(writer: Writer, path: UpdatePath): void {
  writeLeafNode(writer, path.leafNode);
  writeList(writer, path.nodes, writeUpdatePathNode);
}

const readUpdatePathNode = (reader: Reader): UpdatePathNode => ({
  encryptionKey: readOpaque(reader),
  encryptedPathSecrets: readList(reader, readHpkeCiphertext),
});

function writeUpdatePathNode(writer: Writer, node: UpdatePathNode): void {
  writer.vector(node.encryptionKey);
  writeList(writer, node.encryptedPathSecrets, writeHpkeCiphertext);
}

const PROPOSAL = 1;
const REFERENCE = 2;

function readProposalOrRef(reader: Reader): ProposalOrRef {
  const type = reader.u8();
  if (type === PROPOSAL) return { kind: "proposal", proposal: readProposal(reader) };
  if (type === REFERENCE) return { kind: "reference", reference: readOpaque(reader) };
  throw reader.error("unknown-proposal-or-ref-type");
}

function writeProposalOrRef(writer: Writer, entry: ProposalOrRef): void {
  if (entry.kind === "proposal") {
    writeProposal(writer.u8(PROPOSAL), entry.proposal);
  } else {
    writer.u8(REFERENCE).vector(entry.reference);
  }
}
