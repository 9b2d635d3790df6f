/** Socket addresses as text: `192.0.2.1:5001` or `[2001:db8::1%2]:5001`. */
import { isIP, isIPv6, SocketAddress } from "node:net";

export type HostAndPort = { readonly host: string; readonly port: number };

/** `host` is a numeric address; however it is written, the text is the same (RFC 5952). */
export function formatAddress({ host, port }: HostAndPort): string {
  if (!isIPv6(host)) return `${host}:${port}`;
  const [address = "", zone] = host.split("%");
  const canonical = new SocketAddress({ address, family: "ipv6" }).address;
  const mapped = canonical.match(/^::ffff:(\d+\.\d+\.\d+\.\d+)$/)?.[1];
  if (mapped !== undefined) return `${mapped}:${port}`;
  return zone === undefined ? `[${canonical}]:${port}` : `[${canonical}%${zone}]:${port}`;
}

/** Throws `TypeError` for anything but a numeric address with a port. */
export function parseAddress(text: string): HostAndPort {
  const colon = text.lastIndexOf(":");
  const bracketed = text.startsWith("[") && text[colon - 1] === "]";
  const host = bracketed ? text.slice(1, colon - 1) : text.slice(0, colon);
  const digits = text.slice(colon + 1);
  const port = Number(digits);
  const family = isIP(host);
  if (!/^\d{1,5}$/.test(digits) || port > 0xffff || family !== (bracketed ? 6 : 4)) {
    throw new TypeError(`not an address with a port: ${text}`);
  }
  return { host, port };
}
