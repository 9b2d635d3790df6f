/** Which stored parts differ between two states. States share what did not change, so identity decides. */

import type { EpochMessages, GroupFields, GroupState, PastEpoch } from "../group/group-state.ts";
import { type ChangedParts, changesOfNothing } from "../group/outcome.ts";
import type { RatchetTree } from "../tree/ratchet-tree.ts";
import { partName } from "./part-name.ts";

type Changes = { readonly written: string[]; readonly deleted: string[] };

/** All parts when there is no former state. */
export function changesBetween(former: GroupState | undefined, next: GroupState): ChangedParts {
  if (former === next) return changesOfNothing;
  const changes: Changes = { written: [], deleted: [] };
  const [before, after] = [former?.fields, next.fields];
  if (before === undefined || groupFields.some((field) => before[field] !== after[field])) {
    changes.written.push(partName({ kind: "group" }));
  }
  if (before?.tree !== after.tree) compareTrees(changes, before?.tree, after.tree);
  compareEpochs(changes, before, after);
  if (before?.proposals !== after.proposals) compareProposals(changes, before, after);
  return changes;
}

/** What the part "group" is made of. */
const groupFields = [
  "context",
  "ownLeaf",
  "signaturePrivateKey",
  "privateKeys",
  "confirmationTag",
  "secrets",
  "resumptionPsks",
  "reinit",
] as const satisfies readonly (keyof GroupFields)[];

function compareTrees(changes: Changes, before: RatchetTree | undefined, after: RatchetTree): void {
  for (let index = 0; index < Math.max(before?.width ?? 0, after.width); index++) {
    const [was, is] = [before?.node(index), after.node(index)];
    if (was === is) continue;
    (is === undefined ? changes.deleted : changes.written).push(partName({ kind: "node", index }));
  }
}

function compareEpochs(changes: Changes, before: GroupFields | undefined, after: GroupFields): void {
  const former = before === undefined ? new Map<bigint, StoredEpoch>() : epochsOf(before);
  for (const [epoch, is] of epochsOf(after)) {
    const was = former.get(epoch);
    former.delete(epoch);
    if (was?.messages === is.messages && was.signers === is.signers) continue;
    compareEpoch(changes, was, is);
  }
  for (const [epoch, { messages }] of former) {
    changes.deleted.push(partName({ kind: "epoch", epoch }));
    for (const shard of messages.secretTree.shards.keys()) {
      changes.deleted.push(partName({ kind: "shard", epoch, shard }));
    }
  }
}

type StoredEpoch = { readonly messages: EpochMessages; readonly signers: PastEpoch["formerSigners"] | undefined };

function epochsOf({ messages, pastEpochs }: GroupFields): Map<bigint, StoredEpoch> {
  const epochs = new Map<bigint, StoredEpoch>([[messages.epoch, { messages, signers: undefined }]]);
  for (const past of pastEpochs) {
    epochs.set(past.messages.epoch, { messages: past.messages, signers: past.formerSigners });
  }
  return epochs;
}

function compareEpoch(changes: Changes, was: StoredEpoch | undefined, is: StoredEpoch): void {
  const { epoch, secretTree, senderDataSecret } = is.messages;
  const former = was?.messages;
  const baseSame =
    former?.secretTree.upper === secretTree.upper &&
    former.secretTree.shards.size === secretTree.shards.size &&
    former.senderDataSecret === senderDataSecret &&
    was?.signers === is.signers;
  if (!baseSame) changes.written.push(partName({ kind: "epoch", epoch }));
  for (const [shard, content] of secretTree.shards) {
    if (former?.secretTree.shards.get(shard) !== content)
      changes.written.push(partName({ kind: "shard", epoch, shard }));
  }
}

function compareProposals(changes: Changes, before: GroupFields | undefined, after: GroupFields): void {
  for (const [reference, proposal] of after.proposals) {
    if (before?.proposals.get(reference) !== proposal) changes.written.push(partName({ kind: "proposal", reference }));
  }
  for (const reference of before?.proposals.keys() ?? []) {
    if (!after.proposals.has(reference)) changes.deleted.push(partName({ kind: "proposal", reference }));
  }
}
