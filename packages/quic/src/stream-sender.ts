/** Which stream sends next, and the STREAM frames that come of it: RFC 9000 sections 2.3 and 13.3. */
import { SendCredit } from "./flow-control.ts";
import { streamFrameOverhead, writeStreamHeader } from "./frames/stream-frames.ts";
import type { PacketWriter } from "./packet-writer.ts";
import type { SendStream } from "./send-stream.ts";
import type { SentPacket } from "./sent-packets.ts";
import { varintSize } from "./varint.ts";

/** A frame with less data is not worth its header, unless it is all there is. */
const FRAME_ROOM_MIN = 16;

export class StreamSender {
  /** Credit of the whole connection. */
  readonly credit = new SendCredit(0);
  /** Round robin, a packet each. */
  readonly #queue: SendStream[] = [];
  /** Have new data only, and wait for the connection's credit. */
  readonly #waiting = new Set<SendStream>();
  #bytesSent = 0;

  get hasSomething(): boolean {
    return this.#queue.length > 0;
  }

  get isBlocked(): boolean {
    return this.#waiting.size > 0;
  }

  /** First-time bytes of all streams. */
  get bytesSent(): number {
    return this.#bytesSent;
  }

  /** The stream may have something to send. */
  enqueue(stream: SendStream): void {
    if (stream.queued) return;
    this.#waiting.delete(stream);
    stream.queued = true;
    this.#queue.push(stream);
  }

  raiseCredit(limit: number): void {
    if (!this.credit.raise(limit)) return;
    for (const stream of this.#waiting) this.enqueue(stream);
  }

  /** Fills the packet with STREAM frames; `onSent` hears of streams that sent something. */
  write(writer: PacketWriter, packet: SentPacket, onSent: (stream: SendStream) => void): void {
    let turns = this.#queue.length;
    while (turns-- > 0 && writer.room > FRAME_ROOM_MIN) {
      const stream = this.#queue.shift();
      if (stream === undefined) return;
      stream.queued = false;
      while (this.#writeFrame(stream, writer, packet)) onSent(stream);
      this.#putBack(stream);
    }
  }

  #putBack(stream: SendStream): void {
    if (stream.hasSomething(this.credit.available)) {
      this.enqueue(stream);
    } else if (stream.unsentBytes > 0 && stream.credit.available > 0 && stream.hasSomething(1)) {
      this.#waiting.add(stream);
    }
  }

  #writeFrame(stream: SendStream, writer: PacketWriter, packet: SentPacket): boolean {
    // The offset is not known before the chunk is; eight bytes are enough for any.
    const room = writer.room - streamFrameOverhead(stream.id, Number.MAX_SAFE_INTEGER);
    const dataRoom = room - varintSize(Math.max(0, room));
    if (dataRoom < 1) return false;
    const before = stream.sentBytes;
    const chunk = stream.take(dataRoom, this.credit.available);
    if (chunk === undefined) return false;
    const fresh = stream.sentBytes - before;
    this.credit.use(fresh);
    this.#bytesSent += fresh;
    const { offset, length, fin } = chunk;
    writeStreamHeader(writer, { streamId: stream.id, offset, length, fin, explicitLength: true });
    stream.copy(chunk, writer.bytes, writer.skip(length));
    packet.frames.push({ kind: "sent-stream", stream, offset, length, fin });
    return true;
  }
}
