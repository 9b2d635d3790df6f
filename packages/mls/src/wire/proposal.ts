/** Proposals and PreSharedKeyID, RFC 9420 sections 12.1 and 8.4. */
import { encodeWith, type Reader, type Writer } from "@quicprochat/bytes";
import { proposalTypes } from "./code-points.ts";
import { type Extension, readExtensions, writeExtensions } from "./extension.ts";
import { type KeyPackage, readKeyPackage, writeKeyPackage } from "./key-package.ts";
import { type LeafNode, readLeafNode, writeLeafNode } from "./leaf-node.ts";

export type PreSharedKeyId = { readonly nonce: Uint8Array } & (
  | { readonly kind: "external"; readonly id: Uint8Array }
  | {
      readonly kind: "resumption";
      readonly usage: ResumptionUsage;
      readonly groupId: Uint8Array;
      readonly epoch: bigint;
    }
);

/** 1 application, 2 reinit, 3 branch. */
export type ResumptionUsage = 1 | 2 | 3;

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
  | { readonly kind: "preSharedKey"; readonly psk: PreSharedKeyId }
  | { readonly kind: "reInit"; readonly reInit: ReInit }
  | { readonly kind: "externalInit"; readonly kemOutput: Uint8Array }
  | { readonly kind: "groupContextExtensions"; readonly extensions: readonly Extension[] };

export function readProposal(reader: Reader): Proposal {
  const type = reader.u16();
  switch (type) {
    case proposalTypes.add:
      return { kind: "add", keyPackage: readKeyPackage(reader) };
    case proposalTypes.update:
      return { kind: "update", leafNode: readLeafNode(reader) };
    case proposalTypes.remove:
      return { kind: "remove", removed: reader.u32() };
    case proposalTypes.preSharedKey:
      return { kind: "preSharedKey", psk: readPreSharedKeyId(reader) };
    case proposalTypes.reInit:
      return { kind: "reInit", reInit: readReInit(reader) };
    case proposalTypes.externalInit:
      return { kind: "externalInit", kemOutput: reader.vector() };
    case proposalTypes.groupContextExtensions:
      return { kind: "groupContextExtensions", extensions: readExtensions(reader) };
    default:
      throw reader.error("unknown-proposal");
  }
}

export function writeProposal(writer: Writer, proposal: Proposal): void {
  writer.u16(proposalTypes[proposal.kind]);
  switch (proposal.kind) {
    case "add":
      return writeKeyPackage(writer, proposal.keyPackage);
    case "update":
      return writeLeafNode(writer, proposal.leafNode);
    case "remove":
      writer.u32(proposal.removed);
      return;
    case "preSharedKey":
      return writePreSharedKeyId(writer, proposal.psk);
    case "reInit":
      return writeReInit(writer, proposal.reInit);
    case "externalInit":
      writer.vector(proposal.kemOutput);
      return;
    case "groupContextExtensions":
      return writeExtensions(writer, proposal.extensions);
  }
}

const pskCodes = { external: 1, resumption: 2 } as const;

export function readPreSharedKeyId(reader: Reader): PreSharedKeyId {
  const code = reader.u8();
  if (code === pskCodes.external) return { kind: "external", id: reader.vector(), nonce: reader.vector() };
  if (code !== pskCodes.resumption) throw reader.error("unknown-psk-type");
  const usage = reader.u8();
  if (usage !== 1 && usage !== 2 && usage !== 3) throw reader.error("unknown-psk-usage");
  return { kind: "resumption", usage, groupId: reader.vector(), epoch: reader.u64(), nonce: reader.vector() };
}

export function writePreSharedKeyId(writer: Writer, psk: PreSharedKeyId): void {
  writer.u8(pskCodes[psk.kind]);
  if (psk.kind === "external") writer.vector(psk.id);
  else writer.u8(psk.usage).vector(psk.groupId).u64(psk.epoch);
  writer.vector(psk.nonce);
}

export const encodePreSharedKeyId = (psk: PreSharedKeyId): Uint8Array =>
  encodeWith((writer) => writePreSharedKeyId(writer, psk));

const readReInit = (reader: Reader): ReInit => ({
  groupId: reader.vector(),
  version: reader.u16(),
  cipherSuite: reader.u16(),
  extensions: readExtensions(reader),
});

function writeReInit(writer: Writer, reInit: ReInit): void {
  writer.vector(reInit.groupId).u16(reInit.version).u16(reInit.cipherSuite);
  writeExtensions(writer, reInit.extensions);
}
