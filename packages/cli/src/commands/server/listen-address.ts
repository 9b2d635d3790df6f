/** Where a server listens, and under which address others find it. */
import { networkInterfaces } from "node:os";
import { usageError } from "../../failure.ts";

export type ListenAddress = { readonly host: string; readonly port: number };

export const defaultListen: ListenAddress = { host: "0.0.0.0", port: 5001 };

/** `HOST:PORT`, `[IPV6]:PORT` or `:PORT`. */
export function parseListen(text: string | undefined): ListenAddress {
  if (text === undefined) return defaultListen;
  const address = parseAddress(text, defaultListen.host);
  if (address !== null) return address;
  throw usageError(`--listen needs HOST:PORT, such as 0.0.0.0:5001 or [::]:5001, not "${text}".`);
}

/** The same for metrics, which this machine alone may read unless a host is named. `undefined`: they are off. */
export function parseMetrics(text: string | undefined): ListenAddress | undefined {
  if (text === undefined) return undefined;
  const address = parseAddress(text, "127.0.0.1");
  if (address !== null) return address;
  throw usageError(`--metrics needs HOST:PORT, such as 127.0.0.1:9464 or :9464, not "${text}".`);
}

function parseAddress(text: string, hostOtherwise: string): ListenAddress | null {
  const match = /^(?:\[([0-9a-fA-F:.%]+)\]|([^:[\]]*)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535) return null;
  return { host: match[1] ?? (match[2] || hostOtherwise), port };
}

/**
 * The address that an invite link should carry: this machine's own when it listens on all of them. `undefined` when the
 * server's own choice, the address it listens on, is right.
 */
export function advertisedHost({ host }: ListenAddress, interfaces = networkInterfaces()): string | undefined {
  if (host !== "0.0.0.0" && host !== "::") return undefined;
  const reachable = Object.values(interfaces)
    .flatMap((addresses) => addresses ?? [])
    // Link-local addresses mean nothing on another machine.
    .filter(({ internal, address }) => !internal && !/^(fe80:|169\.254\.)/i.test(address));
  const v4 = reachable.find(({ family }) => family === "IPv4");
  const chosen = v4 ?? (host === "::" ? reachable[0] : undefined);
  return chosen?.address ?? (host === "::" ? "::1" : "127.0.0.1");
}
