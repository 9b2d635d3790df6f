/** The door of the device whose session this is. */
import { RefusalError } from "@quicprochat/protocol";
import type { Call } from "./call-context.ts";

export async function ownDoor({ server, peer }: Call, address: Uint8Array): Promise<Uint8Array> {
  // Doors are found by their device: an address would name a mailbox on a connection that knows the account.
  if (address.length !== 0) throw new RefusalError("malformed");
  const own = await server.store.doorAddress(peer.device);
  if (own === null) throw new RefusalError("mailbox_unknown");
  return own;
}
