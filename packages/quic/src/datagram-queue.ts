/** Unreliable datagrams in both directions: RFC 9221. */
import { datagramFrameSize, writeDatagram } from "./frames/datagram-frame.ts";
import { DATAGRAMS_QUEUED_MAX } from "./limits.ts";
import type { PacketWriter } from "./packet-writer.ts";
import { TransportError, TransportErrorCode } from "./transport-error.ts";

export class DatagramQueue {
  readonly #acceptBytes: number;
  #peerBytes = 0;
  readonly #outgoing: Uint8Array[] = [];
  readonly #incoming: Uint8Array[] = [];

  /** `acceptBytes`: the largest frame that we said we take. */
  constructor(acceptBytes: number) {
    this.#acceptBytes = acceptBytes;
  }

  /** The peer's max_datagram_frame_size. */
  setPeerLimit(bytes: number): void {
    this.#peerBytes = bytes;
  }

  get hasOutgoing(): boolean {
    return this.#outgoing.length > 0;
  }

  /** `false` when the peer takes none of this size. The oldest gives way when too many wait. */
  send(data: Uint8Array): boolean {
    if (datagramFrameSize(data.length) > this.#peerBytes) return false;
    this.#outgoing.push(data.slice());
    if (this.#outgoing.length > DATAGRAMS_QUEUED_MAX) this.#outgoing.shift();
    return true;
  }

  /** `true` when something was written. `packetRoom`: what an empty packet holds; larger ones can never go. */
  write(writer: PacketWriter, packetRoom: number): boolean {
    let written = false;
    for (let next = this.#outgoing[0]; next !== undefined; next = this.#outgoing[0]) {
      const size = datagramFrameSize(next.length);
      if (size > writer.room && size <= packetRoom) break;
      this.#outgoing.shift();
      if (size > writer.room) continue;
      writeDatagram(writer, { kind: "datagram", data: next });
      written = true;
    }
    return written;
  }

  /** `true` when it is the first that waits. Throws `TransportError`. */
  receive(data: Uint8Array): boolean {
    if (datagramFrameSize(data.length) > this.#acceptBytes) {
      throw new TransportError(TransportErrorCode.protocolViolation, "a datagram larger than allowed");
    }
    this.#incoming.push(data.slice());
    if (this.#incoming.length > DATAGRAMS_QUEUED_MAX) this.#incoming.shift();
    return this.#incoming.length === 1;
  }

  read(): Uint8Array | undefined {
    return this.#incoming.shift();
  }
}
