/** How the part "group" is stored: everything but tree, message keys and proposals. */
import type { Reader, Writer } from "@quicprochat/bytes";
import type { GroupFields, PendingProposal, ResumptionPsk } from "../group/group-state.ts";
import { type EpochSecrets } from "../keys/key-schedule.ts";
import { readSender, writeSender } from "../wire/framed-content.ts";
import { readGroupContext, writeGroupContext } from "../wire/group-context.ts";
import { readList, readOpaque, readOptional, writeList, writeOptional } from "../wire/presentation.ts";
import { readProposal, readReInit, writeProposal, writeReInit } from "../wire/proposal.ts";
import { readSecrets, writeSecrets } from "./epoch-codec.ts";

export type StoredGroup = Pick<
  GroupFields,
  | "context"
  | "ownLeaf"
  | "signaturePrivateKey"
  | "privateKeys"
  | "confirmationTag"
  | "secrets"
  | "resumptionPsks"
  | "reinit"
> & {
  /** Nodes of the tree, blank ones included. */
  readonly width: number;
};

export function writeGroup(writer: Writer, group: StoredGroup): void {
  writeGroupContext(writer, group.context);
  writer.u32(group.width).u32(group.ownLeaf).vector(group.signaturePrivateKey).vector(group.confirmationTag);
  writeSecrets(writer, group.privateKeys);
  for (const name of secretNames) writer.vector(group.secrets[name]);
  writeList(writer, group.resumptionPsks, (inner, { epoch, secret }) => inner.u64(epoch).vector(secret));
  writeOptional(writer, group.reinit, writeReInit);
}

export function readGroup(reader: Reader): StoredGroup {
  const context = readGroupContext(reader);
  return {
    context,
    width: reader.u32(),
    ownLeaf: reader.u32(),
    signaturePrivateKey: readOpaque(reader),
    confirmationTag: readOpaque(reader),
    privateKeys: readSecrets(reader),
    secrets: readEpochSecrets(reader),
    resumptionPsks: readList(reader, (inner): ResumptionPsk => ({ epoch: inner.u64(), secret: readOpaque(inner) })),
    reinit: readOptional(reader, readReInit),
  };
}

const secretNames = [
  "initSecret",
  "exporterSecret",
  "externalSecret",
  "membershipKey",
  "resumptionPsk",
  "epochAuthenticator",
] as const satisfies readonly (keyof EpochSecrets)[];

const readEpochSecrets = (reader: Reader): EpochSecrets => ({
  initSecret: readOpaque(reader),
  exporterSecret: readOpaque(reader),
  externalSecret: readOpaque(reader),
  membershipKey: readOpaque(reader),
  resumptionPsk: readOpaque(reader),
  epochAuthenticator: readOpaque(reader),
});

/** `order` is its place among those that wait: parts are stored apart. */
export type StoredProposal = PendingProposal & { readonly order: number };

export function writePending(writer: Writer, pending: StoredProposal): void {
  writer.u32(pending.order).vector(pending.reference);
  writeProposal(writer, pending.proposal);
  writeSender(writer, pending.sender);
  writeOptional(writer, pending.ownLeaf, (inner, keys) =>
    inner.vector(keys.encryptionPrivateKey).vector(keys.signaturePrivateKey),
  );
}

export const readPending = (reader: Reader): StoredProposal => ({
  order: reader.u32(),
  reference: readOpaque(reader),
  proposal: readProposal(reader),
  sender: readSender(reader),
  ownLeaf: readOptional(reader, (inner) => ({
    encryptionPrivateKey: readOpaque(inner),
    signaturePrivateKey: readOpaque(inner),
  })),
});
