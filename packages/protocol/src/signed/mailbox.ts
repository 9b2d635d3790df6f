/** Private mailboxes belong to whoever holds the reader key. docs/protocol.md, "Mailboxes". */
import { concatBytes, toUtf8 } from "@quicprochat/bytes";
import { sha256, signLabelled, verifyLabelled } from "@quicprochat/crypto";
import { type Address, parseAddress } from "../ids.ts";

const prefix = toUtf8("qpc1 mailbox\0");

export const mailboxAddress = (readerKey: Uint8Array): Address => parseAddress(sha256(prefix, readerKey));

export const signMailboxCreate = (readerPrivateKey: Uint8Array, exporter: Uint8Array): Uint8Array =>
  signLabelled(readerPrivateKey, "create", exporter);

export const verifyMailboxCreate = (readerKey: Uint8Array, exporter: Uint8Array, signature: Uint8Array): boolean =>
  verifyLabelled(readerKey, "create", exporter, signature);

export const signMailboxRead = (readerPrivateKey: Uint8Array, address: Address, exporter: Uint8Array): Uint8Array =>
  signLabelled(readerPrivateKey, "read", concatBytes(address, exporter));

/** The address follows from the key: a proof for one mailbox opens no other. */
export const verifyMailboxRead = (readerKey: Uint8Array, exporter: Uint8Array, signature: Uint8Array): boolean =>
  verifyLabelled(readerKey, "read", concatBytes(mailboxAddress(readerKey), exporter), signature);
