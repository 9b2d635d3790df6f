/** What requests must hold for a handler to look at them. */
import { DecodeError } from "@quicprochat/bytes";
import {
  type DeviceList,
  type Identity,
  type Owner,
  parseUsername,
  RefusalError,
  type Username,
  UsernameError,
  verifyDeviceList,
} from "@quicprochat/protocol";

export function requireUsername(text: string): Username {
  return orMalformed(() => parseUsername(text));
}

/** What `parse` makes of peer input; `malformed` where it makes nothing. */
export function orMalformed<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw error instanceof DecodeError || error instanceof UsernameError ? new RefusalError("malformed") : error;
  }
}

export function requireLength(bytes: Uint8Array, ...lengths: readonly number[]): void {
  if (!lengths.includes(bytes.length)) throw new RefusalError("malformed");
}

type OwnList = Owner & { readonly identity: Identity; readonly devices: DeviceList | undefined };

/** A list that the account's identity has signed. */
export function requireDeviceList({ identity, devices, ...owner }: OwnList): DeviceList {
  // No honest list comes near the end of what the store counts exactly.
  if (devices === undefined || devices.counter > BigInt(Number.MAX_SAFE_INTEGER)) throw new RefusalError("malformed");
  if (!verifyDeviceList(owner, identity, devices)) throw new RefusalError("bad_proof");
  return devices;
}

/** A cursor of the wire: those beyond what a mailbox can reach mean its end. */
export const cursorOf = (cursor: bigint): number =>
  cursor > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(cursor);
