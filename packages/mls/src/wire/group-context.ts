/** GroupContext, RFC 9420 section 8.1. */
import type { Reader, Writer } from "@quicprochat/bytes";
import { type Extension, readExtensions, writeExtensions } from "./extension.ts";
import { readOpaque } from "./presentation.ts";

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
  groupId: readOpaque(reader),
  epoch: reader.u64(),
  treeHash: readOpaque(reader),
  confirmedTranscriptHash: readOpaque(reader),
  extensions: readExtensions(reader),
});

export function writeGroupContext(writer: Writer, context: GroupContext): void {
  writer.u16(context.version).u16(context.cipherSuite).vector(context.groupId).u64(context.epoch);
  writer.vector(context.treeHash).vector(context.confirmedTranscriptHash);
  writeExtensions(writer, context.extensions);
}
