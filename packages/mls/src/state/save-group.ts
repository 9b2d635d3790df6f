/** A state as named parts, so that a step rewrites only what it changed. */
import { DecodeError, encodeWith } from "@quicprochat/bytes";
import type { EpochMessages, GroupFields, GroupState, PastEpoch } from "../group/group-state.ts";
import { writeTreeNode } from "../wire/node.ts";
import { encode } from "../wire/presentation.ts";
import { changesBetween } from "./changes.ts";
import { writeEpoch, writeShard } from "./epoch-codec.ts";
import { writeGroup, writePending } from "./group-codec.ts";
import { type Part, parsePartName } from "./part-name.ts";
import { sealPart } from "./seal-part.ts";

export type SavedPart = { readonly name: string; readonly bytes: Uint8Array };

export type SaveOptions = {
  /** 32 bytes, for this group alone. */
  readonly key: Uint8Array;
  /** Those of a step's `changed.written`; by default all. */
  readonly parts?: readonly string[];
};

/** Equal states give equal bytes. Throws `DecodeError` on a part that the state does not have. */
export function saveGroup(state: GroupState, { key, parts }: SaveOptions): readonly SavedPart[] {
  const { fields } = state;
  const names = parts ?? changesBetween(undefined, state).written;
  return names.map((name) => {
    const part = parsePartName(name);
    const groupId = part.kind === "group" ? new Uint8Array(0) : fields.context.groupId;
    return { name, bytes: sealPart({ key, name, groupId }, encodePart(fields, part)) };
  });
}

function encodePart(fields: GroupFields, part: Part): Uint8Array {
  switch (part.kind) {
    case "group":
      return encode(writeGroup, { ...fields, width: fields.tree.width });
    case "node":
      return encode(writeTreeNode, present(fields.tree.node(part.index)));
    case "epoch":
      return encodeEpoch(present(epochOf(fields, part.epoch)));
    case "shard":
      return encode(writeShard, present(epochOf(fields, part.epoch)?.messages.secretTree.shards.get(part.shard)));
    case "proposal": {
      const order = [...fields.proposals.keys()].indexOf(part.reference);
      return encode(writePending, { ...present(fields.proposals.get(part.reference)), order });
    }
  }
}

type AnyEpoch = {
  readonly messages: EpochMessages;
  readonly formerSigners: PastEpoch["formerSigners"] | undefined;
};

function epochOf({ messages, pastEpochs }: GroupFields, epoch: bigint): AnyEpoch | undefined {
  if (messages.epoch === epoch) return { messages, formerSigners: undefined };
  return pastEpochs.find((past) => past.messages.epoch === epoch);
}

function encodeEpoch({ messages, formerSigners }: AnyEpoch): Uint8Array {
  const { epoch, encodedContext, senderDataSecret, secretTree } = messages;
  const { leafCount, upper } = secretTree;
  const shards = [...secretTree.shards.keys()].sort((one, other) => one - other);
  return encodeWith((writer) =>
    writeEpoch(writer, { epoch, encodedContext, senderDataSecret, leafCount, upper, shards, formerSigners }),
  );
}

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new DecodeError("unknown-part");
  return value;
}
