/** The `qpc://host:port/` that invite and contact links begin with. */
import { isIPv6 } from "node:net";
import { limits } from "../limits.ts";
import { InviteError } from "./invite-error.ts";

export type ServerAddress = { readonly host: string; readonly port: number };

const SCHEME = "qpc://";
const NAME = /^[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?\.?$/i;

export const addressText = ({ host, port }: ServerAddress): string =>
  `${SCHEME}${host.includes(":") ? `[${host}]` : host}:${port}/`;

/** The address, what follows its slash, and what follows a `#`. The scheme and the port may be missing. */
export function splitLink(text: string): ServerAddress & { readonly path: string; readonly fragment: string | null } {
  const trimmed = text.trim();
  if (trimmed.length === 0) throw new InviteError("it is empty");
  if (trimmed.length > limits.inviteCharactersMax) throw new InviteError("it is too long");
  const other = /^([a-z][a-z0-9+.-]*):\/\//i.exec(trimmed);
  if (other !== null && other[0].toLowerCase() !== SCHEME) throw new InviteError(`it begins with ${other[0]}`);
  const rest = other === null ? trimmed : trimmed.slice(SCHEME.length);
  const [beforeHash = "", ...hashed] = rest.split("#");
  if (hashed.length > 1) throw new InviteError("it holds more than one #");
  const slash = beforeHash.indexOf("/");
  const authority = slash === -1 ? beforeHash : beforeHash.slice(0, slash);
  const path = slash === -1 ? "" : beforeHash.slice(slash + 1);
  return { ...parseAuthority(authority), path, fragment: hashed[0] ?? null };
}

function parseAuthority(authority: string): ServerAddress {
  const match = /^(?:\[([0-9a-f:.]+)\]|([^:[\]]+))(?::([0-9]{1,5}))?$/i.exec(authority);
  if (match === null) throw new InviteError("its address is not host:port");
  const [, inBrackets, plain, digits] = match;
  const host = inBrackets ?? plain ?? "";
  const known = inBrackets === undefined ? NAME.test(host) && host.length <= limits.hostCharactersMax : isIPv6(host);
  if (!known) throw new InviteError("its host is neither a name nor an address");
  const port = digits === undefined ? limits.defaultPort : Number(digits);
  if (port < 1 || port > 65_535) throw new InviteError("its port is not between 1 and 65535");
  return { host, port };
}
