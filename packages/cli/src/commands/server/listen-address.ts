/** Where a server listens, and under which address others find it. */
import { networkInterfaces } from "node:os";
import { usageError } from "../../failure.ts";

export type ListenAddress = { readonly host: string; readonly port: number };

export const defaultListen: ListenAddress = { host: "0.0.0.0", port: 5001 };

/** `HOST:PORT`, `[IPV6]:PORT` or `:PORT`. */
export function parseListen(text: string | undefined): ListenAddress {
  if (text === undefined) return defaultListen;
  const match = /^(?:\[([0-9a-fA-F:.%]+)\]|([^:[\]]*)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535) {
    throw usageError(`--listen needs HOST:PORT, such as 0.0.0.0:5001 or [::]:5001, not "${text}".`);
  }
  return { host: match[1] ?? (match[2] || defaultListen.host), port };
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
