/** 211 slot.get: what was written first, if anything. */
import { create } from "@bufbuild/protobuf";
import { sha256, signingKeyBytes } from "@quicprochat/crypto";
import { type methods, type SlotEntry, SlotEntrySchema, signReceipt } from "@quicprochat/protocol";
import type { Handler, ServerContext } from "../../call-context.ts";
import { requireLength } from "../../require.ts";
import type { SlotEntry as StoredEntry } from "../../store/store.ts";

export const slotGet: Handler<typeof methods.slotGet> = async ({ name }, { server, peer }) => {
  requireLength(name, signingKeyBytes);
  peer.devoteTo({ kind: "slots" });
  const stored = await server.store.slot(name);
  return stored === null ? {} : { entry: slotEntry(server, name, stored) };
};

/** With a receipt: two of them for one name prove that the server lied. */
export function slotEntry(
  { statementKey }: ServerContext,
  name: Uint8Array,
  { entry, signature }: StoredEntry,
): SlotEntry {
  return create(SlotEntrySchema, { entry, signature, receipt: signReceipt(statementKey, name, sha256(entry)) });
}
