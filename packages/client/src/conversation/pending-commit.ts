/** A commit of our own that a slot has not decided on yet: stored before it is put, so that a crash puts the same again. */
import { codec, readBytes, readMany, writeMany } from "../step/codec.ts";
import { table } from "../step/table.ts";

export type PendingCommit = {
  readonly epoch: bigint;
  readonly attempt: number;
  readonly slotName: Uint8Array;
  readonly entry: Uint8Array;
  /** Sig(name, "slot", H(entry)). */
  readonly signature: Uint8Array;
  /** MLSMessage for those that it adds; empty when it adds nobody. */
  readonly welcome: Uint8Array;
  /** Their device ids. */
  readonly joined: readonly Uint8Array[];
};

/** Key: the group's id. The group as it will be lies in the parts of the same group, under `pending`. */
export const pendingCommits = table(
  "pending-commit",
  codec<PendingCommit>({
    version: 1,
    write: (writer, pending) => {
      writer.u64(pending.epoch).u32(pending.attempt).vector32(pending.slotName).vector32(pending.entry);
      writer.vector32(pending.signature).vector32(pending.welcome);
      writeMany(writer, pending.joined, (inner, deviceId) => inner.vector32(deviceId));
    },
    read: (reader) => ({
      epoch: reader.u64(),
      attempt: reader.u32(),
      slotName: readBytes(reader),
      entry: readBytes(reader),
      signature: readBytes(reader),
      welcome: readBytes(reader),
      joined: readMany(reader, readBytes),
    }),
  }),
);
