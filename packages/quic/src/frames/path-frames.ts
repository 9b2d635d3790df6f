/** PATH_CHALLENGE and PATH_RESPONSE frames: RFC 9000 sections 19.17 and 19.18. */
import type { PacketReader } from "../packet-reader.ts";
import type { PacketWriter } from "../packet-writer.ts";
import { FrameType } from "./frame-type.ts";

export const PATH_DATA_BYTES = 8;

/** `data`: eight bytes that nobody can guess. */
export type PathFrame = { readonly kind: "path-challenge" | "path-response"; readonly data: Uint8Array };

export const readPathFrame = (reader: PacketReader, type: number): PathFrame => ({
  kind: type === FrameType.pathChallenge ? "path-challenge" : "path-response",
  data: reader.fixed(PATH_DATA_BYTES),
});

export function writePathFrame(writer: PacketWriter, frame: PathFrame): void {
  writer.u8(frame.kind === "path-challenge" ? FrameType.pathChallenge : FrameType.pathResponse).fixed(frame.data);
}
