/** Whose calls are counted together: one IPv4 address, or the /64 that one IPv6 customer has. */
import { isIPv6 } from "node:net";

const PREFIX_GROUPS = 4;
const MAPPED = "0:0:0:0:0:ffff";

/** `remote` is `host:port`, with or without brackets around an IPv6 host. */
export function addressPrefix(remote: string): string {
  const host = remote.replace(/:\d+$/, "").replace(/^\[|\]$|%.*$/g, "");
  if (!isIPv6(host)) return host;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(host);
  return mapped?.[1] ?? prefixOf(groups(host));
}

function prefixOf(all: readonly string[]): string {
  // An IPv4 address as an IPv6 socket sees it, also in digits: with a prefix of zeros all of IPv4 would be one place.
  if (all.slice(0, 6).join(":") === MAPPED) return all.slice(6).flatMap(twoBytes).join(".");
  return all.slice(0, PREFIX_GROUPS).join(":");
}

function twoBytes(group: string): number[] {
  const value = Number.parseInt(group, 16);
  return [value >> 8, value & 0xff];
}

/** The eight groups of an address, `::` written out. */
function groups(host: string): string[] {
  const [head = "", tail] = host.toLowerCase().split("::");
  const before = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
  return [...before, ...Array.from({ length: zeros }, () => "0"), ...after].map((group) =>
    group.replace(/^0+(?=.)/, ""),
  );
}
