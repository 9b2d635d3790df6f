/** Whose calls are counted together: one IPv4 address, or the /64 that one IPv6 customer has. */
import { isIPv6 } from "node:net";

const PREFIX_GROUPS = 4;

/** `remote` is `host:port`, with or without brackets around an IPv6 host. */
export function addressPrefix(remote: string): string {
  const host = remote.replace(/:\d+$/, "").replace(/^\[|\]$|%.*$/g, "");
  if (!isIPv6(host)) return host;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(host);
  return mapped?.[1] ?? groups(host).slice(0, PREFIX_GROUPS).join(":");
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
