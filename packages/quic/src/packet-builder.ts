/** Datagrams on their way out: which packets they hold, headers, padding, protection (RFC 9000 sections 12.2, 14.1, 17). */
import type { ConnectionState } from "./connection-state.ts";
import { DATAGRAM_BYTES_MIN } from "./limits.ts";
import type { LossDetection } from "./loss-detection.ts";
import { LENGTH_BYTES, writeLongHeader, writeShortHeader } from "./packet-header.ts";
import { PACKET_NUMBER_BYTES_MAX, packetNumberBytes, writePacketNumber } from "./packet-number.ts";
import type { PacketNumberSpace } from "./packet-number-space.ts";
import { AEAD_TAG_BYTES } from "./packet-protection.ts";
import { PacketWriter } from "./packet-writer.ts";
import type { Path } from "./path.ts";
import { protectPacket } from "./protect-packet.ts";
import { logPacketSent } from "./qlog-events.ts";
import { SentPacket } from "./sent-packets.ts";
import { writeVarint2 } from "./varint.ts";

/** Writes the frames of a packet; when it writes nothing there is no packet. */
export type PacketContent = (now: number, writer: PacketWriter, packet: SentPacket) => void;

export type OpenPacket = {
  readonly space: PacketNumberSpace;
  readonly packet: SentPacket;
  readonly at: number;
  /** Where the length field is; -1 in a short header. */
  readonly lengthAt: number;
  readonly packetNumberAt: number;
  readonly payloadAt: number;
  payloadEnd: number;
};

/** Less room than this is not worth a packet: a header with its token aside, a tag and some frames. */
const PACKET_BYTES_MIN = 96;

export class PacketBuilder {
  readonly #state: ConnectionState;
  readonly #recovery: LossDetection;
  readonly #writer = new PacketWriter(new Uint8Array(0));
  readonly #open: OpenPacket[] = [];
  #at = 0;
  #end = 0;
  #greaseBits = 0;

  constructor(state: ConnectionState, recovery: LossDetection) {
    this.#state = state;
    this.#recovery = recovery;
  }

  /** Starts a datagram in `[at, end)` of `buffer`. */
  start(buffer: Uint8Array, at: number, end: number): void {
    this.#open.length = 0;
    this.#writer.reset(buffer, at, end);
    this.#at = at;
    this.#end = end;
  }

  /** What no packet has taken yet. */
  get spareBytes(): number {
    return this.#end - this.#at;
  }

  get hasRoom(): boolean {
    return this.#end - this.#at >= PACKET_BYTES_MIN + this.#state.token.length;
  }

  /** Adds a packet of `space` with what `content` writes; `false` when it writes nothing. */
  add(now: number, path: Path, space: PacketNumberSpace, content: PacketContent): boolean {
    const writer = this.#writer;
    writer.limit(this.#end);
    const number = space.take();
    const packet = new SentPacket(number, now, path);
    const open = this.#writeHeader(space, packet);
    writer.limit(this.#end - AEAD_TAG_BYTES);
    content(now, writer, packet);
    if (writer.at === open.payloadAt) {
      space.giveBack();
      writer.rewind(this.#at);
      return false;
    }
    // Header protection samples four bytes behind the start of the packet number.
    const missing = PACKET_NUMBER_BYTES_MAX - (writer.at - open.packetNumberAt);
    if (missing > 0) writer.zeros(missing);
    open.payloadEnd = writer.at;
    packet.inFlight = packet.ackEliciting;
    this.#open.push(open);
    writer.limit(this.#end);
    writer.skip(AEAD_TAG_BYTES);
    this.#at = writer.at;
    return true;
  }

  /** Protects all packets; pads the datagram to `bytes`. Returns the datagram's length. */
  finish(now: number, start: number, bytes: number): number {
    const last = this.#open.at(-1);
    if (last === undefined) return 0;
    const missing = start + bytes - this.#at;
    if (missing > 0) {
      this.#writer.rewind(last.payloadEnd);
      this.#writer.zeros(missing).skip(AEAD_TAG_BYTES);
      last.payloadEnd += missing;
      this.#at = this.#writer.at;
    }
    for (const open of this.#open) this.#protect(now, open);
    this.#open.length = 0;
    return this.#at - start;
  }

  #writeHeader(space: PacketNumberSpace, packet: SentPacket): OpenPacket {
    const writer = this.#writer;
    const { version, firstLocalId, token, oneRtt } = this.#state;
    const at = writer.at;
    const { number, path } = packet;
    // One byte would do for what is in flight, and not for packets that overtake each other.
    const length = Math.max(2, packetNumberBytes(number, space.largestAcked));
    const destination = path.remoteId.id;
    let lengthAt = -1;
    if (space.level === "application") {
      writeShortHeader(writer, { destination, keyPhase: oneRtt?.phase ?? 0, fixedBit: this.#fixedBit() }, length);
    } else {
      const fields = { type: space.level, version, destination, source: firstLocalId.id, token };
      lengthAt = writeLongHeader(writer, fields, length);
    }
    const packetNumberAt = writer.skip(length);
    writePacketNumber(writer.bytes, packetNumberAt, number, length);
    return { space, packet, at, lengthAt, packetNumberAt, payloadAt: writer.at, payloadEnd: writer.at };
  }

  #protect(now: number, open: OpenPacket): void {
    const { space, packet, lengthAt, packetNumberAt, payloadEnd } = open;
    const buffer = this.#writer.bytes;
    const end = payloadEnd + AEAD_TAG_BYTES;
    if (lengthAt >= 0) writeVarint2(buffer, lengthAt, end - lengthAt - LENGTH_BYTES);
    const protector = space.level === "application" ? this.#state.oneRtt?.seal(packet.number) : space.keys?.write;
    if (protector === undefined) throw new RangeError("no keys for this packet");
    protectPacket(protector, buffer, packet.number, { ...open, packetNumberAt });
    packet.bytes = end - open.at;
    packet.ect = packet.path.ecn;
    this.#recovery.onSent(now, space, packet);
    const { qlog } = this.#state;
    if (qlog !== undefined) logPacketSent(qlog, now, space.level, packet);
  }

  /** RFC 9287 section 3: unpredictable when the peer allows it. */
  #fixedBit(): boolean {
    if (!this.#state.peerParameters.greaseQuicBit || !this.#state.handshakeConfirmed) return true;
    if (this.#greaseBits <= 1) {
      const [a = 0, b = 0, c = 0] = this.#state.random(3);
      this.#greaseBits = (1 << 24) | (a << 16) | (b << 8) | c;
    }
    const bit = this.#greaseBits & 1;
    this.#greaseBits >>>= 1;
    return bit === 1;
  }
}

/** RFC 9000 section 14.1: what a datagram with an Initial packet, or one that probes a path, is padded to. */
export const PADDED_DATAGRAM_BYTES: number = DATAGRAM_BYTES_MIN;
