/** 220 door.put: makes or changes this device's door. docs/protocol.md, "Mailboxes". */
import { type methods, limits as protocolLimits, RefusalError } from "@quicprochat/protocol";
import type { Handler } from "../../call-context.ts";
import { requireLength } from "../../require.ts";

const HASH_BYTES = 32;

export const doorPut: Handler<typeof methods.doorPut> = async (request, { server, peer }) => {
  const { address, doorKeyHash, open } = request;
  requireLength(address, protocolLimits.addressBytes);
  requireLength(doorKeyHash, 0, HASH_BYTES);
  const { device } = peer;
  const before = await server.store.doorAddress(device);
  const keyHash = doorKeyHash.length === 0 ? null : doorKeyHash;
  const outcome = await server.store.putDoor({ ...device, address, keyHash, open });
  if (outcome === "address_taken") throw new RefusalError("bad_proof");
  if (before !== null) server.wakes.move(before, address);
  return {};
};
