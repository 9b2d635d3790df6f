/** What is sent without a connection: Version Negotiation, Retry, refusals and resets, bounded in number and rate. */
import { concatBytes } from "@quicprochat/bytes";
import { transportClose } from "./closing.ts";
import type { Random } from "./connection-state.ts";
import { writeClose } from "./frames/close-frame.ts";
import { initialSecrets } from "./key-schedule.ts";
import { STATELESS_QUEUED_MAX, STATELESS_RESETS_PER_SECOND } from "./limits.ts";
import { nodeCipherProvider } from "./node-ciphers.ts";
import { LENGTH_BYTES, type LongHeader, writeLongHeader } from "./packet-header.ts";
import { AEAD_TAG_BYTES } from "./packet-protection.ts";
import { PacketWriter } from "./packet-writer.ts";
import type { PathAddress } from "./path.ts";
import { protectPacket } from "./protect-packet.ts";
import { encodeStatelessReset } from "./stateless-reset.ts";
import { CipherSuite } from "./tls-handshake.ts";
import type { Transmit } from "./transmitter.ts";
import { writeVarint2 } from "./varint.ts";

const REFUSAL_BYTES_MAX = 256;
const PAYLOAD_ROOM = 40;

export class StatelessAnswers {
  readonly #random: Random;
  readonly #queue: { readonly address: PathAddress; readonly datagram: Uint8Array }[] = [];
  #resets = { since: 0, count: 0 };

  constructor(random: Random) {
    this.#random = random;
  }

  push(address: PathAddress, datagram: Uint8Array): void {
    if (this.#queue.length < STATELESS_QUEUED_MAX) this.#queue.push({ address, datagram });
  }

  next(into: Uint8Array): Transmit | undefined {
    const answer = this.#queue.shift();
    if (answer === undefined) return undefined;
    const { address, datagram } = answer;
    into.set(datagram);
    return { address, length: datagram.length, segmentBytes: datagram.length, ecn: 0 };
  }

  /** For a packet of `length` bytes to a connection id that leads nowhere. */
  reset(now: number, address: PathAddress, packet: { readonly token: Uint8Array; readonly length: number }): void {
    if (now - this.#resets.since >= 1000) this.#resets = { since: now, count: 0 };
    if (this.#resets.count >= STATELESS_RESETS_PER_SECOND) return;
    const datagram = encodeStatelessReset(packet.token, packet.length, this.#random);
    if (datagram === undefined) return;
    this.#resets.count++;
    this.push(address, datagram);
  }

  /** CONNECTION_CLOSE in an Initial packet, with keys that the client's own packet names. */
  refuse(address: PathAddress, { header, code }: { readonly header: LongHeader; readonly code: number }): undefined {
    const { version } = header;
    const secret = initialSecrets(version, header.destination).server;
    const suite = CipherSuite.aes128GcmSha256;
    const protector = nodeCipherProvider.packetProtector({ suite, secret, version, direction: "write" });
    const writer = new PacketWriter(new Uint8Array(REFUSAL_BYTES_MAX));
    const fields = {
      type: "initial",
      version,
      destination: header.source,
      source: header.destination,
      token: new Uint8Array(0),
    } as const;
    const lengthAt = writeLongHeader(writer, fields, 1);
    const packetNumberAt = writer.skip(1);
    const payloadAt = writer.at;
    writeClose(writer, transportClose(code, 0, ""));
    writer.zeros(Math.max(0, PAYLOAD_ROOM - (writer.at - payloadAt)));
    const payloadEnd = writer.at;
    const end = payloadEnd + AEAD_TAG_BYTES;
    writeVarint2(writer.bytes, lengthAt, end - lengthAt - LENGTH_BYTES);
    protectPacket(protector, writer.bytes, 0, { at: 0, packetNumberAt, payloadAt, payloadEnd });
    protector.free();
    this.push(address, concatBytes(writer.bytes.subarray(0, end)));
    return undefined;
  }
}
