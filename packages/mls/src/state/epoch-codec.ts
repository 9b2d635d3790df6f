/** How a past or present epoch's message keys are stored. */
import type { Reader, Writer } from "@quicprochat/bytes";
import type { PastEpoch } from "../group/group-state.ts";
import type { MessageKey, Ratchet } from "../keys/ratchet.ts";
import type { LeafRatchets, Shard } from "../keys/secret-tree.ts";
import {
  readList,
  readOpaque,
  readOptional,
  readU32,
  writeList,
  writeOptional,
  writeU32,
} from "../wire/presentation.ts";

/** All of an epoch but its shards. */
export type StoredEpoch = {
  readonly epoch: bigint;
  readonly encodedContext: Uint8Array;
  readonly senderDataSecret: Uint8Array;
  readonly leafCount: number;
  readonly upper: ReadonlyMap<number, Uint8Array>;
  /** Those that are stored, ascending: one that is left out is noticed. */
  readonly shards: readonly number[];
  /** `undefined` for the present epoch. */
  readonly formerSigners: PastEpoch["formerSigners"] | undefined;
};

export function writeEpoch(writer: Writer, epoch: StoredEpoch): void {
  writer.u64(epoch.epoch).vector(epoch.encodedContext).vector(epoch.senderDataSecret).u32(epoch.leafCount);
  writeSecrets(writer, epoch.upper);
  writeList(writer, epoch.shards, writeU32);
  writeOptional(writer, epoch.formerSigners, (inner, signers) =>
    writeList(inner, [...signers], (entry, [leafIndex, key]) => {
      entry.u32(leafIndex);
      writeOptional(entry, key, (value, bytes: Uint8Array) => void value.vector(bytes));
    }),
  );
}

export const readEpoch = (reader: Reader): StoredEpoch => ({
  epoch: reader.u64(),
  encodedContext: readOpaque(reader),
  senderDataSecret: readOpaque(reader),
  leafCount: reader.u32(),
  upper: readSecrets(reader),
  shards: readList(reader, readU32),
  formerSigners: readOptional(
    reader,
    (inner) => new Map(readList(inner, (entry) => [entry.u32(), readOptional(entry, readOpaque)] as const)),
  ),
});

export function writeShard(writer: Writer, shard: Shard): void {
  writeSecrets(writer, shard.nodes);
  writeList(writer, [...shard.leaves], (inner, [leafIndex, ratchets]) => {
    inner.u32(leafIndex);
    writeRatchet(inner, ratchets.handshake);
    writeRatchet(inner, ratchets.application);
  });
}

export const readShard = (reader: Reader): Shard => ({
  nodes: readSecrets(reader),
  leaves: new Map(
    readList(reader, (inner): readonly [number, LeafRatchets] => [
      inner.u32(),
      { handshake: readRatchet(inner), application: readRatchet(inner) },
    ]),
  ),
});

function writeRatchet(writer: Writer, { secret, generation, skipped }: Ratchet): void {
  writer.vector(secret).u32(generation);
  writeList(writer, [...skipped], (inner, [at, { key, nonce }]) => inner.u32(at).vector(key).vector(nonce));
}

const readRatchet = (reader: Reader): Ratchet => ({
  secret: readOpaque(reader),
  generation: reader.u32(),
  skipped: new Map(
    readList(reader, (inner): readonly [number, MessageKey] => [
      inner.u32(),
      { key: readOpaque(inner), nonce: readOpaque(inner) },
    ]),
  ),
});

export function writeSecrets(writer: Writer, secrets: ReadonlyMap<number, Uint8Array>): void {
  writeList(writer, [...secrets], (inner, [node, secret]) => inner.u32(node).vector(secret));
}

export const readSecrets = (reader: Reader): ReadonlyMap<number, Uint8Array> =>
  new Map(readList(reader, (inner) => [inner.u32(), readOpaque(inner)] as const));
