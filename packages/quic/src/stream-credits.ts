/** Frames about streams that wait to be sent: credit for the peer, resets, requests to stop (RFC 9000 section 13.3). */
import { ControlQueue } from "./control-queue.ts";
import type { Moment, ReceiveCredit } from "./flow-control.ts";
import type { PacketWriter } from "./packet-writer.ts";
import type { ReceiveStream } from "./receive-stream.ts";
import type { SentPacket } from "./sent-packets.ts";

/** Room that any MAX_* frame fits in. */
const CREDIT_FRAME_BYTES = 1 + 8 + 8;

export class StreamCredits {
  readonly connection: ReceiveCredit;
  readonly control = new ControlQueue();
  maxDataDue = false;
  /** Streams whose limit the peer should learn. */
  readonly #maxStreamDataDue = new Set<ReceiveStream>();
  readonly #maxStreamsDue: { unidirectional: number | undefined; bidirectional: number | undefined } = {
    unidirectional: undefined,
    bidirectional: undefined,
  };

  constructor(connection: ReceiveCredit) {
    this.connection = connection;
  }

  get hasSomething(): boolean {
    return (
      this.maxDataDue ||
      this.control.count > 0 ||
      this.#maxStreamDataDue.size > 0 ||
      this.#maxStreamsDue.unidirectional !== undefined ||
      this.#maxStreamsDue.bidirectional !== undefined
    );
  }

  /** `bytes` of the stream have left our memory: the peer may send as many more. */
  consumed(stream: ReceiveStream, bytes: number, moment: Moment): void {
    if (bytes === 0) return;
    const streamDue = stream.credit.consume(bytes, moment);
    if (streamDue && !stream.isComplete && !stream.isStopped) this.#maxStreamDataDue.add(stream);
    // Half of the connection's window is always open, so that it never holds up a single stream before the stream's own does.
    this.connection.widen(2 * stream.credit.window);
    if (this.connection.consume(bytes, moment)) this.maxDataDue = true;
  }

  again(stream: ReceiveStream | undefined): void {
    if (stream !== undefined && !stream.isComplete && !stream.isStopped) this.#maxStreamDataDue.add(stream);
  }

  streamsDue(unidirectional: boolean, limit: number): void {
    if (unidirectional) this.#maxStreamsDue.unidirectional = limit;
    else this.#maxStreamsDue.bidirectional = limit;
  }

  write(writer: PacketWriter, packet: SentPacket): void {
    if (this.maxDataDue && writer.room >= CREDIT_FRAME_BYTES) {
      this.maxDataDue = false;
      this.control.writeNow(writer, packet, { kind: "max-data", maximum: this.connection.limit });
    }
    for (const stream of this.#maxStreamDataDue) {
      if (writer.room < CREDIT_FRAME_BYTES) return;
      this.#maxStreamDataDue.delete(stream);
      if (stream.isComplete) continue;
      const maximum = stream.credit.limit;
      this.control.writeNow(writer, packet, { kind: "max-stream-data", streamId: stream.id, maximum });
    }
    for (const unidirectional of [true, false]) this.#writeMaxStreams(writer, packet, unidirectional);
    this.control.write(writer, packet);
  }

  #writeMaxStreams(writer: PacketWriter, packet: SentPacket, unidirectional: boolean): void {
    const due = this.#maxStreamsDue;
    const maximum = unidirectional ? due.unidirectional : due.bidirectional;
    if (maximum === undefined || writer.room < CREDIT_FRAME_BYTES) return;
    if (unidirectional) due.unidirectional = undefined;
    else due.bidirectional = undefined;
    this.control.writeNow(writer, packet, { kind: "max-streams", unidirectional, maximum });
  }
}
