/** The link that leads to a person: server, name, root key, and the key to the door. docs/protocol.md, "Contact link". */
import { concatBytes } from "@quicprochat/bytes";
import { signingKeyBytes } from "@quicprochat/crypto";
import { InviteError } from "./invite-error.ts";
import { linkFragment, parseLinkFragment } from "./link-payload.ts";
import { addressText, type ServerAddress, splitLink } from "./server-address.ts";

export type ContactLink = ServerAddress & {
  readonly username: string;
  readonly serverId: Uint8Array;
  readonly rootKey: Uint8Array;
  /** 16 bytes. */
  readonly doorKey: Uint8Array;
};

const DOOR_KEY_BYTES = 16;
const NAME = /^[a-z0-9][a-z0-9._-]{0,63}$/;

export function encodeContactLink(link: ContactLink): string {
  const { username, serverId, rootKey, doorKey } = link;
  if (!NAME.test(username)) throw new RangeError("a user name does not go into a link");
  const lengths = [serverId.length, rootKey.length, doorKey.length];
  if (lengths.join() !== [signingKeyBytes, signingKeyBytes, DOOR_KEY_BYTES].join()) throw new RangeError("32, 32, 16");
  return `${addressText(link)}@${username}#${linkFragment(concatBytes(serverId, rootKey, doorKey))}`;
}

/** Throws `InviteError`. */
export function parseContactLink(text: string): ContactLink {
  const { host, port, path, fragment } = splitLink(text);
  if (!path.startsWith("@") || fragment === null) throw new InviteError("it does not lead to a person");
  const username = path.slice(1);
  if (!NAME.test(username)) throw new InviteError("its user name cannot be one");
  const payload = parseLinkFragment(fragment, [2 * signingKeyBytes + DOOR_KEY_BYTES]);
  return {
    host,
    port,
    username,
    serverId: payload.slice(0, signingKeyBytes),
    rootKey: payload.slice(signingKeyBytes, 2 * signingKeyBytes),
    doorKey: payload.slice(2 * signingKeyBytes),
  };
}
