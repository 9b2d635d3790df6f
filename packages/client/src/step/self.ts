/** Who this device is: what every step may use of its account. */
import type { SigningKeyPair } from "@quicprochat/crypto";

export type Self = {
  readonly serverId: Uint8Array;
  /** Signs the receipts of slots. */
  readonly statementKey: Uint8Array;
  readonly user: string;
  readonly rootKey: Uint8Array;
  readonly deviceId: Uint8Array;
  /** Of every leaf of this device. */
  readonly leafKeyPair: SigningKeyPair;
  /** The identity of the BasicCredential. */
  readonly credential: Uint8Array;
  /** The private mailbox that new leaves name. */
  readonly mailbox: Uint8Array;
};
