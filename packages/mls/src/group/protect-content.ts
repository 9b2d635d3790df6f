/** Framing what a member or a joiner has signed: RFC 9420 sections 6.2 and 6.3. */
import { erase, type Random } from "@quicprochat/crypto";
import { sealPrivateMessage } from "../framing/private-message.ts";
import { protectPublic } from "../framing/sign-content.ts";
import { messageKeyOf } from "../keys/secret-tree.ts";
import type { ContentAuth, FramedContent } from "../wire/framed-content.ts";
import { encodeMlsMessage } from "../wire/mls-message.ts";
import type { GroupFields } from "./group-state.ts";

export type Signed = { readonly framed: FramedContent; readonly auth: ContentAuth };

type Author = { readonly kind: "member"; readonly fields: GroupFields } | { readonly kind: "joiner" };

type Wrapping = { readonly wire: "public" | "private"; readonly paddingBytes: number; readonly random: Random };

/** `former` is the epoch's state without the generation that the message used; `undefined` for a joiner. */
export function protectContent(
  author: Author,
  { framed, auth }: Signed,
  wrapping: Wrapping,
): { readonly message: Uint8Array; readonly former: GroupFields | undefined } {
  if (author.kind === "joiner") {
    const publicMessage = { framed, auth, membershipTag: undefined };
    return { message: encodeMlsMessage({ kind: "public-message", publicMessage }), former: undefined };
  }
  const { fields } = author;
  if (wrapping.wire === "private") return protectPrivate(fields, { framed, auth }, wrapping);
  const { suite, secrets, encodedContext } = fields;
  const { membershipKey } = secrets;
  const publicMessage = protectPublic(suite, { membershipKey, encodedContext }, framed, auth);
  return { message: encodeMlsMessage({ kind: "public-message", publicMessage }), former: fields };
}

export function protectPrivate(
  fields: GroupFields,
  { framed, auth }: Signed,
  { paddingBytes, random }: Pick<Wrapping, "paddingBytes" | "random">,
): { readonly message: Uint8Array; readonly former: GroupFields } {
  const { suite, messages, ownLeaf: leafIndex } = fields;
  const kind = framed.content.kind === "application" ? "application" : "handshake";
  const step = messageKeyOf(suite, messages.secretTree, { leafIndex, kind, generation: undefined });
  if (step.kind !== "key") throw new RangeError("a sender has used up all generations of its epoch");
  const { generation, messageKey, tree } = step;
  const { senderDataSecret } = messages;
  const sealing = { framed, auth, leafIndex, generation, messageKey, senderDataSecret, paddingBytes, random };
  const privateMessage = sealPrivateMessage(suite, sealing);
  erase(messageKey.key, messageKey.nonce);
  return {
    message: encodeMlsMessage({ kind: "private-message", privateMessage }),
    former: { ...fields, messages: { ...messages, secretTree: tree } },
  };
}
