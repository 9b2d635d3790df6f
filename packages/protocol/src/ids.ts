/** Identifiers that cross the wire, as types that only their parsers make. */
import { type Brand, brand, DecodeError } from "@quicprochat/bytes";
import { limits } from "./limits.ts";

/** A mailbox or a door. */
export type Address = Brand<Uint8Array, "Address">;
/** Chosen by the sender: the same id at the same address is stored once. */
export type MessageId = Brand<Uint8Array, "MessageId">;
export type DeviceId = Brand<Uint8Array, "DeviceId">;
export type Username = Brand<string, "Username">;

export const parseAddress = (bytes: Uint8Array): Address => brand(exactly(bytes, limits.addressBytes));
export const parseMessageId = (bytes: Uint8Array): MessageId => brand(exactly(bytes, limits.messageIdBytes));
export const parseDeviceId = (bytes: Uint8Array): DeviceId => brand(exactly(bytes, limits.deviceIdBytes));

function exactly(bytes: Uint8Array, length: number): Uint8Array {
  if (bytes.length !== length) throw new DecodeError("wrong-length", bytes.length);
  return bytes;
}

/** Says what a user name may look like. */
export class UsernameError extends Error {
  constructor(text: string) {
    super(
      `"${text.slice(0, limits.usernameLengthMax)}" is not a user name: use ${limits.usernameLengthMin} to ${limits.usernameLengthMax} ` +
        "of a-z, 0-9, dot, dash and underscore, with a letter or digit first and last.",
    );
    this.name = "UsernameError";
  }
}

/** Throws `UsernameError`. */
export function parseUsername(text: string): Username {
  const fits = text.length >= limits.usernameLengthMin && text.length <= limits.usernameLengthMax;
  if (!fits || !/^[a-z0-9][a-z0-9._-]*[a-z0-9]$/.test(text))
    throw new UsernameError(text.replaceAll(/[^\x20-\x7e]/g, "?"));
  return brand(text);
}
