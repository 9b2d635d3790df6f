/** Signatures over FramedContent, and membership tags: RFC 9420 sections 6.1 and 6.2. */
import { encodeWith, equalBytes } from "@quicprochat/bytes";
import type { CipherSuite } from "../suite/cipher-suite.ts";
import { signWithLabel, verifyWithLabel } from "../suite/labels.ts";
import { wireFormat } from "../wire/code-points.ts";
import {
  type ContentAuth,
  type ContentWireFormat,
  type FramedContent,
  framedContentTbs,
  writeContentAuth,
} from "../wire/framed-content.ts";
import type { PublicMessage } from "../wire/public-message.ts";

export type ContentToSign = {
  readonly wireFormat: ContentWireFormat;
  readonly framed: FramedContent;
  /** `undefined` for senders that are not of the group and are not joining it. */
  readonly encodedContext: Uint8Array | undefined;
};

export const signContent = (suite: CipherSuite, privateKey: Uint8Array, content: ContentToSign): Uint8Array =>
  signWithLabel(suite, privateKey, { label: "FramedContentTBS", content: tbsOf(content) });

export const verifyContent = (
  suite: CipherSuite,
  publicKey: Uint8Array,
  content: ContentToSign & { readonly signature: Uint8Array },
): boolean =>
  verifyWithLabel(suite, publicKey, {
    label: "FramedContentTBS",
    content: tbsOf(content),
    signature: content.signature,
  });

/** Signature and membership tag cover the same bytes: in a large group's commit they are many, and made once. */
const lastTbs = new WeakMap<FramedContent, { readonly content: ContentToSign; readonly tbs: Uint8Array }>();

function tbsOf(content: ContentToSign): Uint8Array {
  const { wireFormat: format, framed, encodedContext } = content;
  const last = lastTbs.get(framed);
  if (last?.content.wireFormat === format && last.content.encodedContext === encodedContext) return last.tbs;
  const tbs = framedContentTbs(format, framed, encodedContext);
  lastTbs.set(framed, { content: { wireFormat: format, framed, encodedContext }, tbs });
  return tbs;
}

type Tagged = { readonly framed: FramedContent; readonly auth: ContentAuth; readonly encodedContext: Uint8Array };

/** AuthenticatedContentTBM under the membership key. */
export function membershipTagOf(suite: CipherSuite, membershipKey: Uint8Array, tagged: Tagged): Uint8Array {
  const { framed, auth, encodedContext } = tagged;
  const tbs = tbsOf({ wireFormat: wireFormat.publicMessage, framed, encodedContext });
  return suite.mac(
    membershipKey,
    tbs,
    encodeWith((writer) => writeContentAuth(writer, auth)),
  );
}

type Epoch = { readonly membershipKey: Uint8Array; readonly encodedContext: Uint8Array };

/** A member's content as a PublicMessage. */
export function protectPublic(
  suite: CipherSuite,
  epoch: Epoch,
  framed: FramedContent,
  auth: ContentAuth,
): PublicMessage {
  const { membershipKey, encodedContext } = epoch;
  return { framed, auth, membershipTag: membershipTagOf(suite, membershipKey, { framed, auth, encodedContext }) };
}

/** Senders that are not members carry no tag. */
export function hasMembershipTag(suite: CipherSuite, epoch: Epoch, message: PublicMessage): boolean {
  const { framed, auth, membershipTag } = message;
  if (framed.sender.kind !== "member") return membershipTag === undefined;
  if (membershipTag === undefined) return false;
  const expected = membershipTagOf(suite, epoch.membershipKey, { framed, auth, encodedContext: epoch.encodedContext });
  return equalBytes(expected, membershipTag);
}
