/** GroupInfo, RFC 9420 section 12.4.3. */
import { encodeWith, type Reader, type Writer } from "@quicprochat/bytes";
import { type Extension, readExtensions, writeExtensions } from "./extension.ts";
import { type GroupContext, readGroupContext, writeGroupContext } from "./group-context.ts";
import { readOpaque } from "./presentation.ts";

export type GroupInfo = {
  readonly groupContext: GroupContext;
  readonly extensions: readonly Extension[];
  readonly confirmationTag: Uint8Array;
  readonly signer: number;
  readonly signature: Uint8Array;
};

export type UnsignedGroupInfo = Omit<GroupInfo, "signature">;

export const readGroupInfo = (reader: Reader): GroupInfo => ({
  groupContext: readGroupContext(reader),
  extensions: readExtensions(reader),
  confirmationTag: readOpaque(reader),
  signer: reader.u32(),
  signature: readOpaque(reader),
});

export function writeGroupInfo(writer: Writer, info: GroupInfo): void {
  writeUnsigned(writer, info);
  writer.vector(info.signature);
}

export const groupInfoTbs = (info: UnsignedGroupInfo): Uint8Array =>
  encodeWith((writer) => writeUnsigned(writer, info));

function writeUnsigned(writer: Writer, info: UnsignedGroupInfo): void {
  writeGroupContext(writer, info.groupContext);
  writeExtensions(writer, info.extensions);
  writer.vector(info.confirmationTag).u32(info.signer);
}
