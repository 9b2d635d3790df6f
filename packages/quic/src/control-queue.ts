/** Control frames that wait for room in a packet, in order: RFC 9000 section 13.3. */
import { type Frame, writeFrame } from "./frames/frame.ts";
import { CONTROL_FRAMES_MAX } from "./limits.ts";
import type { PacketWriter } from "./packet-writer.ts";
import type { SentPacket } from "./sent-packets.ts";
import { TransportError, TransportErrorCode } from "./transport-error.ts";

/** The longest of the others is NEW_CONNECTION_ID. */
const FRAME_BYTES_MAX = 1 + 8 + 8 + 1 + 20 + 16;
const TOKEN_FRAME_OVERHEAD = 1 + 8;

export class ControlQueue {
  readonly #frames: Frame[] = [];

  get count(): number {
    return this.#frames.length;
  }

  /** Throws `TransportError` when a peer makes us owe it too much. */
  push(frame: Frame): void {
    if (this.#frames.length >= CONTROL_FRAMES_MAX) {
      throw new TransportError(TransportErrorCode.internalError, "too many frames wait to be sent");
    }
    this.#frames.push(frame);
  }

  write(writer: PacketWriter, packet: SentPacket): void {
    let written = 0;
    for (const frame of this.#frames) {
      const bytes = frame.kind === "new-token" ? frame.token.length + TOKEN_FRAME_OVERHEAD : FRAME_BYTES_MAX;
      if (writer.room < bytes) break;
      this.writeNow(writer, packet, frame);
      written++;
    }
    this.#frames.splice(0, written);
  }

  writeNow(writer: PacketWriter, packet: SentPacket, frame: Frame): void {
    writeFrame(writer, frame);
    packet.frames.push(frame);
  }
}
