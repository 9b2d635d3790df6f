/** Overwriting the secrets of a state that is over, RFC 9420 section 9.2. */
import { erase } from "@quicprochat/crypto";
import type { EpochMessages, GroupFields, GroupState } from "../group/group-state.ts";
import type { Ratchet } from "../keys/ratchet.ts";
import type { Shard } from "../keys/secret-tree.ts";

/**
 * Erases what `over` holds and `kept` does not: after a step, the former state against the one adopted; for a commit
 * that lost, its `next` against the state that stays; without `kept`, all. `over` is of no use afterwards. The
 * signature key is the caller's.
 */
export function eraseState(over: GroupState, kept?: GroupState): void {
  if (over === kept) return;
  const alive = new Set(kept === undefined ? [] : looseSecrets(kept.fields));
  for (const secret of looseSecrets(over.fields)) if (!alive.has(secret)) erase(secret);
  const epochs = new Map(kept === undefined ? [] : epochsOf(kept.fields).map((each) => [each.epoch, each]));
  for (const messages of epochsOf(over.fields)) eraseMessages(messages, epochs.get(messages.epoch));
}

/** All but the message keys: few. */
function looseSecrets(fields: GroupFields): Uint8Array[] {
  const { initSecret, exporterSecret, externalSecret, membershipKey, resumptionPsk } = fields.secrets;
  return [
    initSecret,
    exporterSecret,
    externalSecret,
    membershipKey,
    resumptionPsk,
    ...fields.privateKeys.values(),
    ...fields.resumptionPsks.map(({ secret }) => secret),
    ...[...fields.proposals.values()].flatMap(({ ownLeaf }) => ownLeaf?.encryptionPrivateKey ?? []),
  ];
}

const epochsOf = ({ messages, pastEpochs }: GroupFields): EpochMessages[] => [
  messages,
  ...pastEpochs.map((past) => past.messages),
];

function eraseMessages(over: EpochMessages, kept: EpochMessages | undefined): void {
  if (over === kept) return;
  if (kept === undefined) erase(over.senderDataSecret);
  const upper = new Set(kept?.secretTree.upper.values());
  for (const secret of over.secretTree.upper.values()) if (!upper.has(secret)) erase(secret);
  for (const [index, shard] of over.secretTree.shards) {
    const alive = kept?.secretTree.shards.get(index);
    if (shard === alive) continue;
    const secrets = new Set(alive === undefined ? [] : shardSecrets(alive));
    for (const secret of shardSecrets(shard)) if (!secrets.has(secret)) erase(secret);
  }
}

function* shardSecrets({ nodes, leaves }: Shard): Generator<Uint8Array> {
  yield* nodes.values();
  for (const { handshake, application } of leaves.values()) {
    yield* ratchetSecrets(handshake);
    yield* ratchetSecrets(application);
  }
}

function* ratchetSecrets({ secret, skipped }: Ratchet): Generator<Uint8Array> {
  yield secret;
  for (const { key, nonce } of skipped.values()) {
    yield key;
    yield nonce;
  }
}
