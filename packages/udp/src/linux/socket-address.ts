/** `sockaddr_in` and `sockaddr_in6`, and the same as text. Peers come back, so both ways are remembered. */
import { isIPv4 } from "node:net";
import { networkInterfaces } from "node:os";
import { formatAddress, parseAddress } from "../address.ts";
import { ADDRESSES_REMEMBERED_MAX } from "../limits.ts";
import { Linux } from "./kernel.ts";

export const SOCKADDR_BYTES = 28;
const SOCKADDR_IN_BYTES = 16;

/** ::ffff:0:0/96, under which an IPv6 socket sees IPv4 peers. */
const MAPPED = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff);

export type EncodedAddress = {
  readonly sockaddr: Uint8Array;
  /** What decides on the kind of its control messages. */
  readonly family: "ipv4" | "ipv6";
};

export class SocketAddresses {
  readonly #socketFamily: 4 | 6;
  readonly #encoded = new Map<string, EncodedAddress>();
  readonly #texts = new Map<string | number, string>();

  constructor(socketFamily: 4 | 6) {
    this.#socketFamily = socketFamily;
  }

  /** `undefined` for an address of a family that this socket does not reach. Throws `TypeError` for no address. */
  encode(text: string): EncodedAddress | undefined {
    const known = this.#encoded.get(text);
    if (known !== undefined) return known;
    const encoded = this.#encode(text);
    if (encoded === undefined) return undefined;
    if (this.#encoded.size >= ADDRESSES_REMEMBERED_MAX) this.#encoded.clear();
    this.#encoded.set(text, encoded);
    return encoded;
  }

  /** The `sockaddr` at `at`, which the kernel has written. */
  decode(view: DataView, at: number): string {
    const key = keyOf(view, at);
    const known = this.#texts.get(key);
    if (known !== undefined) return known;
    const text = decodeSockaddr(view, at);
    if (this.#texts.size >= ADDRESSES_REMEMBERED_MAX) this.#texts.clear();
    this.#texts.set(key, text);
    return text;
  }

  #encode(text: string): EncodedAddress | undefined {
    const { host, port } = parseAddress(text);
    const isV4 = isIPv4(host);
    if (this.#socketFamily === 4 && !isV4) return undefined;
    const family = isV4 ? "ipv4" : "ipv6";
    if (this.#socketFamily === 4) {
      const sockaddr = header(SOCKADDR_IN_BYTES, Linux.AF_INET, port);
      sockaddr.set(host.split(".").map(Number), 4);
      return { sockaddr, family };
    }
    const sockaddr = header(SOCKADDR_BYTES, Linux.AF_INET6, port);
    if (isV4) sockaddr.set([...MAPPED, ...host.split(".").map(Number)], 8);
    else writeIpv6(sockaddr, host);
    return { sockaddr, family };
  }
}

/** An address to bind to. */
export function encodeLocal(family: 4 | 6, text: string): Uint8Array {
  const encoded = new SocketAddresses(family).encode(text);
  if (encoded === undefined) throw new TypeError(`not an address of IPv${family}: ${text}`);
  return encoded.sockaddr;
}

function header(length: number, family: number, port: number): Uint8Array {
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, family, true);
  view.setUint16(2, port);
  return bytes;
}

function writeIpv6(sockaddr: Uint8Array, host: string): void {
  const [address = "", zone] = host.split("%");
  const view = new DataView(sockaddr.buffer, sockaddr.byteOffset);
  for (const [index, group] of groupsOf(address).entries()) view.setUint16(8 + 2 * index, group);
  if (zone !== undefined) view.setUint32(24, /^\d+$/.test(zone) ? Number(zone) : scopeOf(zone), true);
}

/** The eight groups of a valid IPv6 address. */
function groupsOf(address: string): number[] {
  const [left = "", right] = address.split("::");
  const before = parseGroups(left);
  if (right === undefined) return before;
  const after = parseGroups(right);
  return [...before, ...Array.from({ length: 8 - before.length - after.length }, () => 0), ...after];
}

function parseGroups(text: string): number[] {
  if (text === "") return [];
  return text.split(":").flatMap((group) => {
    if (!group.includes(".")) return [Number.parseInt(group, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = group.split(".").map(Number);
    return [(a << 8) | b, (c << 8) | d];
  });
}

/** Number of an interface; 0 for one that is not there, whose packets the kernel then refuses. */
function scopeOf(zone: string): number {
  for (const { family, ...facts } of networkInterfaces()[zone] ?? []) {
    if (family === "IPv6" && "scopeid" in facts && typeof facts.scopeid === "number") return facts.scopeid;
  }
  return 0;
}

/** Whatever tells peers apart, cheaper than their text. */
function keyOf(view: DataView, at: number): string | number {
  const port = view.getUint16(at + 2);
  if (view.getUint16(at, true) === Linux.AF_INET) return port * 0x1_0000_0000 + view.getUint32(at + 4);
  const halves = [view.getBigUint64(at + 8), view.getBigUint64(at + 16)];
  return `${port} ${halves.join(" ")} ${view.getUint32(at + 24, true)}`;
}

function decodeSockaddr(view: DataView, at: number): string {
  const port = view.getUint16(at + 2);
  if (view.getUint16(at, true) === Linux.AF_INET) return formatAddress({ host: ipv4Text(view, at + 4), port });
  const groups = Array.from({ length: 8 }, (_, index) => view.getUint16(at + 8 + 2 * index).toString(16));
  const scope = view.getUint32(at + 24, true);
  return formatAddress({ host: scope === 0 ? groups.join(":") : `${groups.join(":")}%${scope}`, port });
}

const ipv4Text = (view: DataView, at: number): string =>
  [0, 1, 2, 3].map((index) => view.getUint8(at + index)).join(".");
