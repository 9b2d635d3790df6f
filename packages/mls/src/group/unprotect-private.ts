/** Opening a PrivateMessage of one epoch, RFC 9420 sections 6.3 and 6.1: nothing is consumed unless all of it verifies. */
import { openPrivateMessage } from "../framing/private-message.ts";
import { openSenderData } from "../framing/sender-data.ts";
import { verifyContent } from "../framing/sign-content.ts";
import { messageKeyOf } from "../keys/secret-tree.ts";
import type { RefusalCode } from "../refusal.ts";
import type { CipherSuite } from "../suite/cipher-suite.ts";
import { contentType, wireFormat } from "../wire/code-points.ts";
import type { ContentAuth, FramedContent } from "../wire/framed-content.ts";
import { decode } from "../wire/presentation.ts";
import { type PrivateMessage, readPrivateContent } from "../wire/private-message.ts";
import type { EpochMessages } from "./group-state.ts";
import { unlessMalformed } from "./unless-malformed.ts";

export type Unprotected =
  | {
      readonly kind: "content";
      readonly sender: number;
      readonly framed: FramedContent;
      readonly auth: ContentAuth;
      /** Without the key that was used. */
      readonly messages: EpochMessages;
    }
  | { readonly kind: "fork" }
  | { readonly kind: "own-message" }
  | { readonly kind: "already-processed" }
  | { readonly kind: "refused"; readonly code: RefusalCode };

type Epoch = {
  readonly messages: EpochMessages;
  readonly ownLeaf: number;
  /** The signature key of a leaf in that epoch; `undefined` for a blank one. */
  readonly signerOf: (leafIndex: number) => Uint8Array | undefined;
};

export function unprotectPrivate(suite: CipherSuite, epoch: Epoch, message: PrivateMessage): Unprotected {
  const { messages, ownLeaf, signerOf } = epoch;
  const data = openSenderData(suite, messages.senderDataSecret, message);
  if (data === undefined) return { kind: "fork" };
  const { leafIndex, generation } = data;
  if (leafIndex === ownLeaf) return { kind: "own-message" };
  const signatureKey = leafIndex < messages.secretTree.leafCount ? signerOf(leafIndex) : undefined;
  if (signatureKey === undefined) return { kind: "refused", code: "unknown-sender" };
  const kind = message.contentType === contentType.application ? "application" : "handshake";
  const step = messageKeyOf(suite, messages.secretTree, { leafIndex, kind, generation });
  if (step.kind === "consumed") return { kind: "already-processed" };
  if (step.kind === "too-far") return { kind: "refused", code: "generation-too-far" };
  const plaintext = openPrivateMessage(suite, message, data, step.messageKey);
  if (plaintext === undefined) return { kind: "refused", code: "bad-ciphertext" };
  const read = unlessMalformed(() => decode((reader) => readPrivateContent(reader, message.contentType), plaintext));
  if (read === undefined) return { kind: "refused", code: "malformed" };
  const { groupId, authenticatedData } = message;
  const sender = { kind: "member", leafIndex } as const;
  const framed = { groupId, epoch: message.epoch, sender, authenticatedData, content: read.content };
  const { encodedContext } = messages;
  const { signature } = read.auth;
  if (
    !verifyContent(suite, signatureKey, { wireFormat: wireFormat.privateMessage, framed, encodedContext, signature })
  ) {
    return { kind: "refused", code: "bad-signature" };
  }
  return {
    kind: "content",
    sender: leafIndex,
    framed,
    auth: read.auth,
    messages: { ...messages, secretTree: step.tree },
  };
}
