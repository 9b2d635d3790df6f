/** MLSMessage, RFC 9420 section 6: the outermost structure. */
import type { Reader, Writer } from "@quicprochat/bytes";
import { protocolVersion, wireFormat } from "./code-points.ts";
import { type GroupInfo, readGroupInfo, writeGroupInfo } from "./group-info.ts";
import { type KeyPackage, readKeyPackage, writeKeyPackage } from "./key-package.ts";
import { decode, encode } from "./presentation.ts";
import { type PrivateMessage, readPrivateMessage, writePrivateMessage } from "./private-message.ts";
import { type PublicMessage, readPublicMessage, writePublicMessage } from "./public-message.ts";
import { readWelcome, type Welcome, writeWelcome } from "./welcome.ts";

export type MlsMessage =
  | { readonly kind: "public-message"; readonly publicMessage: PublicMessage }
  | { readonly kind: "private-message"; readonly privateMessage: PrivateMessage }
  | { readonly kind: "welcome"; readonly welcome: Welcome }
  | { readonly kind: "group-info"; readonly groupInfo: GroupInfo }
  | { readonly kind: "key-package"; readonly keyPackage: KeyPackage };

export const encodeMlsMessage = (message: MlsMessage): Uint8Array => encode(writeMlsMessage, message);

/** Throws `DecodeError`; refuses trailing bytes. */
export const decodeMlsMessage = (bytes: Uint8Array): MlsMessage => decode(readMlsMessage, bytes);

export function readMlsMessage(reader: Reader): MlsMessage {
  if (reader.u16() !== protocolVersion.mls10) throw reader.error("unknown-version");
  const format = reader.u16();
  switch (format) {
    case wireFormat.publicMessage:
      return { kind: "public-message", publicMessage: readPublicMessage(reader) };
    case wireFormat.privateMessage:
      return { kind: "private-message", privateMessage: readPrivateMessage(reader) };
    case wireFormat.welcome:
      return { kind: "welcome", welcome: readWelcome(reader) };
    case wireFormat.groupInfo:
      return { kind: "group-info", groupInfo: readGroupInfo(reader) };
    case wireFormat.keyPackage:
      return { kind: "key-package", keyPackage: readKeyPackage(reader) };
    default:
      throw reader.error("unknown-wire-format");
  }
}

export function writeMlsMessage(writer: Writer, message: MlsMessage): void {
  writer.u16(protocolVersion.mls10);
  switch (message.kind) {
    case "public-message":
      writePublicMessage(writer.u16(wireFormat.publicMessage), message.publicMessage);
      break;
    case "private-message":
      writePrivateMessage(writer.u16(wireFormat.privateMessage), message.privateMessage);
      break;
    case "welcome":
      writeWelcome(writer.u16(wireFormat.welcome), message.welcome);
      break;
    case "group-info":
      writeGroupInfo(writer.u16(wireFormat.groupInfo), message.groupInfo);
      break;
    case "key-package":
      writeKeyPackage(writer.u16(wireFormat.keyPackage), message.keyPackage);
      break;
  }
}
