/** Proposal, RFC 9420 section 12.1. */
import type { Reader, Writer } from "@quicprochat/bytes";
import { proposalType } from "./code-points.ts";
import { type Extension, readExtensions, writeExtensions } from "./extension.ts";
import { type KeyPackage, readKeyPackage, writeKeyPackage } from "./key-package.ts";
import { type LeafNode, readLeafNode, writeLeafNode } from "./leaf-node.ts";
import { type PreSharedKeyId, readPreSharedKeyId, writePreSharedKeyId } from "./pre-shared-key-id.ts";
import { readOpaque } from "./presentation.ts";

export type ReInit = {
  readonly groupId: Uint8Array;
  readonly version: number;
  readonly cipherSuite: number;
  readonly extensions: readonly Extension[];
};

export type Proposal =
  | { readonly kind: "add"; readonly keyPackage: KeyPackage }
  | { readonly kind: "update"; readonly leafNode: LeafNode }
  | { readonly kind: "remove"; readonly removed: number }
  | { readonly kind: "psk"; readonly id: PreSharedKeyId }
  | { readonly kind: "reinit"; readonly reinit: ReInit }
  | { readonly kind: "external-init"; readonly kemOutput: Uint8Array }
  | { readonly kind: "group-context-extensions"; readonly extensions: readonly Extension[] };

const typeOfKind = {
  add: proposalType.add,
  update: proposalType.update,
  remove: proposalType.remove,
  psk: proposalType.psk,
  reinit: proposalType.reinit,
  "external-init": proposalType.externalInit,
  "group-context-extensions": proposalType.groupContextExtensions,
} as const;

/** A proposal of an unknown type has no known end, so nothing after it could be read: it does not decode. */
export function readProposal(reader: Reader): Proposal {
  const type = reader.u16();
  switch (type) {
    case proposalType.add:
      return { kind: "add", keyPackage: readKeyPackage(reader) };
    case proposalType.update:
      return { kind: "update", leafNode: readLeafNode(reader) };
    case proposalType.remove:
      return { kind: "remove", removed: reader.u32() };
    case proposalType.psk:
      return { kind: "psk", id: readPreSharedKeyId(reader) };
    case proposalType.reinit:
      return { kind: "reinit", reinit: readReInit(reader) };
    case proposalType.externalInit:
      return { kind: "external-init", kemOutput: readOpaque(reader) };
    case proposalType.groupContextExtensions:
      return { kind: "group-context-extensions", extensions: readExtensions(reader) };
    default:
      throw reader.error("unknown-proposal-type");
  }
}

export function writeProposal(writer: Writer, proposal: Proposal): void {
  writer.u16(typeOfKind[proposal.kind]);
  switch (proposal.kind) {
    case "add":
      writeKeyPackage(writer, proposal.keyPackage);
      break;
    case "update":
      writeLeafNode(writer, proposal.leafNode);
      break;
    case "remove":
      writer.u32(proposal.removed);
      break;
    case "psk":
      writePreSharedKeyId(writer, proposal.id);
      break;
    case "reinit":
      writeReInit(writer, proposal.reinit);
      break;
    case "external-init":
      writer.vector(proposal.kemOutput);
      break;
    case "group-context-extensions":
      writeExtensions(writer, proposal.extensions);
      break;
  }
}

export const readReInit = (reader: Reader): ReInit => ({
  groupId: readOpaque(reader),
  version: reader.u16(),
  cipherSuite: reader.u16(),
  extensions: readExtensions(reader),
});

export function writeReInit(writer: Writer, reinit: ReInit): void {
  writer.vector(reinit.groupId).u16(reinit.version).u16(reinit.cipherSuite);
  writeExtensions(writer, reinit.extensions);
}
