/** 223 door.subscribe: a push on this connection whenever cells arrive in this device's door. */
import type { methods } from "@quicprochat/protocol";
import type { Handler } from "../../call-context.ts";
import { ownDoor } from "../../own-door.ts";
import { cellsWait } from "../../reading.ts";

export const doorSubscribe: Handler<typeof methods.doorSubscribe> = async (request, call) => {
  const address = await ownDoor(call, request.address);
  call.server.wakes.subscribeDoor(address, call.peer.connection);
  return { waiting: await cellsWait(call.server, address) };
};
