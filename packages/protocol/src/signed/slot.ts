/** Write-once slots: who may write one, and what the server answered. docs/protocol.md, "Slots". */
import { create } from "@bufbuild/protobuf";
import { concatBytes } from "@quicprochat/bytes";
import { type SigningKeyPair, sha256, signLabelled, verifyLabelled } from "@quicprochat/crypto";
import { type SlotReceipt, SlotReceiptSchema } from "../gen/qpc/v1/slot_pb.ts";

export const signSlot = (namePrivateKey: Uint8Array, entry: Uint8Array): Uint8Array =>
  signLabelled(namePrivateKey, "slot", sha256(entry));

export const verifySlot = (name: Uint8Array, entry: Uint8Array, signature: Uint8Array): boolean =>
  verifyLabelled(name, "slot", sha256(entry), signature);

export function signReceipt(statementKey: SigningKeyPair, name: Uint8Array, entryHash: Uint8Array): SlotReceipt {
  const signature = signLabelled(statementKey.privateKey, "receipt", concatBytes(name, entryHash));
  return create(SlotReceiptSchema, { statementKey: statementKey.publicKey, signature });
}

/** That the statement key is the server's is for the caller to check. */
export const verifyReceipt = (receipt: SlotReceipt, name: Uint8Array, entryHash: Uint8Array): boolean =>
  verifyLabelled(receipt.statementKey, "receipt", concatBytes(name, entryHash), receipt.signature);
