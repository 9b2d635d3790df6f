/** Sealing and opening PrivateMessages, RFC 9420 section 6.3.1. */
import { encodeWith } from "@quicprochat/bytes";
import type { Random } from "@quicprochat/crypto";
import type { MessageKey } from "../keys/ratchet.ts";
import type { CipherSuite } from "../suite/cipher-suite.ts";
import { contentType } from "../wire/code-points.ts";
import type { ContentAuth, FramedContent } from "../wire/framed-content.ts";
import {
  type PrivateMessage,
  privateContentAad,
  reuseGuardBytes,
  type SenderData,
  writePrivateContent,
} from "../wire/private-message.ts";
import { sealSenderData } from "./sender-data.ts";

type Sealing = {
  readonly framed: FramedContent;
  readonly auth: ContentAuth;
  readonly leafIndex: number;
  readonly generation: number;
  readonly messageKey: MessageKey;
  readonly senderDataSecret: Uint8Array;
  readonly paddingBytes: number;
  readonly random: Random;
};

export function sealPrivateMessage(suite: CipherSuite, sealing: Sealing): PrivateMessage {
  const { framed, auth, leafIndex, generation, messageKey } = sealing;
  const { groupId, epoch, authenticatedData, content } = framed;
  const header = { groupId, epoch, contentType: contentType[content.kind] };
  const reuseGuard = sealing.random(reuseGuardBytes);
  const plaintext = encodeWith((writer) => writePrivateContent(writer, { content, auth }, sealing.paddingBytes));
  const aad = privateContentAad(header, authenticatedData);
  const ciphertext = suite.seal({ key: messageKey.key, nonce: guarded(messageKey.nonce, reuseGuard), aad }, plaintext);
  const encryptedSenderData = sealSenderData(
    suite,
    { header, senderDataSecret: sealing.senderDataSecret, ciphertext },
    { leafIndex, generation, reuseGuard },
  );
  return { ...header, authenticatedData, encryptedSenderData, ciphertext };
}

/** The encoded PrivateMessageContent; `undefined` when it does not authenticate. */
export function openPrivateMessage(
  suite: CipherSuite,
  message: PrivateMessage,
  { reuseGuard }: SenderData,
  messageKey: MessageKey,
): Uint8Array | undefined {
  const aad = privateContentAad(message, message.authenticatedData);
  return suite.open({ key: messageKey.key, nonce: guarded(messageKey.nonce, reuseGuard), aad }, message.ciphertext);
}

/** Two clients that restore one state by mistake still use two nonces. */
function guarded(nonce: Uint8Array, reuseGuard: Uint8Array): Uint8Array {
  const mixed = nonce.slice();
  for (const [at, byte] of reuseGuard.entries()) mixed[at] = (mixed[at] ?? 0) ^ byte;
  return mixed;
}
