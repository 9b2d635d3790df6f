/** MLSMessage, RFC 9420 section 6: the one envelope of everything on the wire. */
import { decodeWhole, encodeWith } from "@quicprochat/bytes";
import { protocolVersion, wireFormats } from "./code-points.ts";
import {
  type PrivateMessage,
  type PublicMessage,
  readPrivateMessage,
  readPublicMessage,
  writePrivateMessage,
  writePublicMessage,
} from "./framing.ts";
import { type KeyPackage, readKeyPackage, writeKeyPackage } from "./key-package.ts";
import { type GroupInfo, readGroupInfo, readWelcome, type Welcome, writeGroupInfo, writeWelcome } from "./welcome.ts";

export type MlsMessage =
  | { readonly kind: "publicMessage"; readonly message: PublicMessage }
  | { readonly kind: "privateMessage"; readonly message: PrivateMessage }
  | { readonly kind: "welcome"; readonly welcome: Welcome }
  | { readonly kind: "groupInfo"; readonly groupInfo: GroupInfo }
  | { readonly kind: "keyPackage"; readonly keyPackage: KeyPackage };

/** Throws `DecodeError`; trailing bytes are refused. */
export const decodeMlsMessage = (bytes: Uint8Array): MlsMessage =>
  decodeWhole(bytes, (reader) => {
    if (reader.u16() !== protocolVersion) throw reader.error("unknown-version");
    switch (reader.u16()) {
      case wireFormats.publicMessage:
        return { kind: "publicMessage", message: readPublicMessage(reader) };
      case wireFormats.privateMessage:
        return { kind: "privateMessage", message: readPrivateMessage(reader) };
      case wireFormats.welcome:
        return { kind: "welcome", welcome: readWelcome(reader) };
      case wireFormats.groupInfo:
        return { kind: "groupInfo", groupInfo: readGroupInfo(reader) };
      case wireFormats.keyPackage:
        return { kind: "keyPackage", keyPackage: readKeyPackage(reader) };
      default:
        throw reader.error("unknown-wire-format");
    }
  });

export const encodeMlsMessage = (message: MlsMessage): Uint8Array =>
  encodeWith((writer) => {
    writer.u16(protocolVersion).u16(wireFormats[message.kind]);
    if (message.kind === "publicMessage") writePublicMessage(writer, message.message);
    else if (message.kind === "privateMessage") writePrivateMessage(writer, message.message);
    else if (message.kind === "welcome") writeWelcome(writer, message.welcome);
    else if (message.kind === "groupInfo") writeGroupInfo(writer, message.groupInfo);
    else writeKeyPackage(writer, message.keyPackage);
  });
