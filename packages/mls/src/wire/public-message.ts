/** PublicMessage, RFC 9420 section 6.2. */
import type { Reader, Writer } from "@quicprochat/bytes";
import {
  type ContentAuth,
  type FramedContent,
  readContentAuth,
  readFramedContent,
  writeContentAuth,
  writeFramedContent,
} from "./framed-content.ts";
import { readOpaque } from "./presentation.ts";

export type PublicMessage = {
  readonly framed: FramedContent;
  readonly auth: ContentAuth;
  /** Of a member's message only. */
  readonly membershipTag: Uint8Array | undefined;
};

export function readPublicMessage(reader: Reader): PublicMessage {
  const framed = readFramedContent(reader);
  const auth = readContentAuth(reader, framed.content.kind);
  return { framed, auth, membershipTag: framed.sender.kind === "member" ? readOpaque(reader) : undefined };
}

export function writePublicMessage(writer: Writer, message: PublicMessage): void {
  writeFramedContent(writer, message.framed);
  writeContentAuth(writer, message.auth);
  if (message.membershipTag !== undefined) writer.vector(message.membershipTag);
}
