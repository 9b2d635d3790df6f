/** GroupContext, RFC 9420 section 8.1. */
import { encodeWith, type Reader, type Writer } from "@quicprochat/bytes";
import { type Extension, readExtensions, writeExtensions } from "./extension.ts";

export type GroupContext = {
  readonly version: number;
  readonly cipherSuite: number;
  readonly groupId: Uint8Array;
  readonly epoch: bigint;
  readonly treeHash: Uint8Array;
  readonly confirmedTranscriptHash: Uint8Array;
  readonly extensions: readonly Extension[];
};

export const readGroupContext = (reader: Reader): GroupContext => ({
  version: reader.u16(),
  cipherSuite: reader.u16(),
  groupId: reader.vector(),
  epoch: reader.u64(),
  treeHash: reader.vector(),
  confirmedTranscriptHash: reader.vector(),
  extensions: readExtensions(reader),
});

export function writeGroupContext(writer: Writer, context: GroupContext): void {
  writer.u16(context.version).u16(context.cipherSuite).vector(context.groupId).u64(context.epoch);
  writer.vector(context.treeHash).vector(context.confirmedTranscriptHash);
  writeExtensions(writer, context.extensions);
}

export const encodeGroupContext = (context: GroupContext): Uint8Array =>
  encodeWith((writer) => writeGroupContext(writer, context));
