/** Sender data encryption, RFC 9420 section 6.3.2. */
import { DecodeError } from "@quicprochat/bytes";
import { erase } from "@quicprochat/crypto";
import type { AeadKeys, CipherSuite } from "../suite/cipher-suite.ts";
import { expandWithLabel } from "../suite/labels.ts";
import { decode, encode } from "../wire/presentation.ts";
import {
  type PrivateMessage,
  type PrivateMessageHeader,
  readSenderData,
  type SenderData,
  senderDataAad,
  writeSenderData,
} from "../wire/private-message.ts";

export type SenderDataKeys = { readonly key: Uint8Array; readonly nonce: Uint8Array };

/** The ciphertext's first bytes make the key, so that equal sender data never looks equal. */
export function deriveSenderDataKeys(suite: CipherSuite, secret: Uint8Array, ciphertext: Uint8Array): SenderDataKeys {
  const context = ciphertext.subarray(0, suite.hashBytes);
  return {
    key: expandWithLabel(suite, { secret, label: "key", context, length: suite.keyBytes }),
    nonce: expandWithLabel(suite, { secret, label: "nonce", context, length: suite.nonceBytes }),
  };
}

type Sealing = {
  readonly header: PrivateMessageHeader;
  readonly senderDataSecret: Uint8Array;
  readonly ciphertext: Uint8Array;
};

export function sealSenderData(suite: CipherSuite, sealing: Sealing, data: SenderData): Uint8Array {
  const keys = aeadKeys(suite, sealing);
  const sealed = suite.seal(keys, encode(writeSenderData, data));
  erase(keys.key);
  return sealed;
}

/** `undefined` when it was not sealed under this epoch's secret. */
export function openSenderData(
  suite: CipherSuite,
  senderDataSecret: Uint8Array,
  message: PrivateMessage,
): SenderData | undefined {
  const keys = aeadKeys(suite, { header: message, senderDataSecret, ciphertext: message.ciphertext });
  const plain = suite.open(keys, message.encryptedSenderData);
  erase(keys.key);
  if (plain === undefined) return undefined;
  try {
    return decode(readSenderData, plain);
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

const aeadKeys = (suite: CipherSuite, { header, senderDataSecret, ciphertext }: Sealing): AeadKeys => ({
  ...deriveSenderDataKeys(suite, senderDataSecret, ciphertext),
  aad: senderDataAad(header),
});
