/** Control messages, cmsg(3): segment size and ECN beside a message, both ways. */
import type { Ecn } from "../udp-socket.ts";
import { Linux } from "./kernel.ts";

/** Room beside each message: two control messages, and what else the kernel may add. */
export const CONTROL_BYTES = 128;
const HEADER_BYTES = 16;
const ENTRY_BYTES = 24;

export type Control = {
  /** `undefined`: one datagram. */
  readonly segmentBytes: number | undefined;
  readonly ecn: Ecn;
  readonly family: "ipv4" | "ipv6";
};

/** Writes what is not the default, and yields its length. */
export function writeControl(view: DataView, at: number, { segmentBytes, ecn, family }: Control): number {
  let end = at;
  if (segmentBytes !== undefined) {
    writeHeader(view, end, [HEADER_BYTES + 2, Linux.IPPROTO_UDP, Linux.UDP_SEGMENT]);
    view.setUint16(end + HEADER_BYTES, segmentBytes, true);
    end += ENTRY_BYTES;
  }
  if (ecn !== 0) {
    const [level, type] =
      family === "ipv4" ? [Linux.IPPROTO_IP, Linux.IP_TOS] : [Linux.IPPROTO_IPV6, Linux.IPV6_TCLASS];
    writeHeader(view, end, [HEADER_BYTES + 4, level, type]);
    view.setInt32(end + HEADER_BYTES, ecn, true);
    end += ENTRY_BYTES;
  }
  return end - at;
}

function writeHeader(view: DataView, at: number, [length, level, type]: readonly [number, number, number]): void {
  view.setBigUint64(at, BigInt(length), true);
  view.setInt32(at + 8, level, true);
  view.setInt32(at + 12, type, true);
}

/** What the kernel wrote to `[at, at + length)`. A receiver learns no family: it is in the message. */
export function readControl(view: DataView, at: number, length: number): Omit<Control, "family"> {
  let segmentBytes: number | undefined;
  let ecn: Ecn = 0;
  const end = at + length;
  for (let entry = at; entry + HEADER_BYTES <= end; ) {
    const entryBytes = view.getUint32(entry, true);
    if (entryBytes < HEADER_BYTES || entry + entryBytes > end) break;
    const level = view.getInt32(entry + 8, true);
    const type = view.getInt32(entry + 12, true);
    const data = entry + HEADER_BYTES;
    if (level === Linux.IPPROTO_UDP && type === Linux.UDP_GRO) segmentBytes = view.getInt32(data, true);
    const isMark =
      (level === Linux.IPPROTO_IP && type === Linux.IP_TOS) ||
      (level === Linux.IPPROTO_IPV6 && type === Linux.IPV6_TCLASS);
    if (isMark) ecn = ecnOf(view.getUint8(data));
    entry += (entryBytes + 7) & ~7;
  }
  return { segmentBytes, ecn };
}

/** The two low bits of the traffic class. */
function ecnOf(trafficClass: number): Ecn {
  const low = trafficClass & 3;
  if (low === 0) return 0;
  if (low === 1) return 1;
  return low === 2 ? 2 : 3;
}
