/** The link that leads to a server and says which one it is. docs/protocol.md, "Invite". */
import { concatBytes } from "@quicprochat/bytes";
import { signingKeyBytes } from "@quicprochat/crypto";
import { InviteError } from "./invite-error.ts";
import { linkFragment, parseLinkFragment } from "./link-payload.ts";
import { addressText, type ServerAddress, splitLink } from "./server-address.ts";

export type Invite = ServerAddress & {
  /** `null`: an address alone; whoever answers there first is pinned. */
  readonly serverId: Uint8Array | null;
  /** Admits to registration; 16 bytes. */
  readonly registrationSecret: Uint8Array | null;
};

const SECRET_BYTES = 16;
const EMPTY = new Uint8Array(0);

type InviteFields = ServerAddress & { readonly serverId: Uint8Array; readonly registrationSecret?: Uint8Array };

export function encodeInvite({ host, port, serverId, registrationSecret }: InviteFields): string {
  const secret = registrationSecret ?? EMPTY;
  if (serverId.length !== signingKeyBytes) throw new RangeError("a server id has 32 bytes");
  if (secret.length !== 0 && secret.length !== SECRET_BYTES) throw new RangeError("a registration secret has 16 bytes");
  return `${addressText({ host, port })}#${linkFragment(concatBytes(serverId, secret))}`;
}

/** Also takes `host` or `host:port`. Throws `InviteError`. */
export function parseInvite(text: string): Invite {
  const { host, port, path, fragment } = splitLink(text);
  if (path.startsWith("@")) throw new InviteError("it leads to a person, not to a server");
  if (path !== "") throw new InviteError("something stands between its address and the #");
  if (fragment === null) return { host, port, serverId: null, registrationSecret: null };
  const payload = parseLinkFragment(fragment, [signingKeyBytes, signingKeyBytes + SECRET_BYTES]);
  const secret = payload.slice(signingKeyBytes);
  return {
    host,
    port,
    serverId: payload.slice(0, signingKeyBytes),
    registrationSecret: secret.length === 0 ? null : secret,
  };
}
