/** 222 door.acknowledge: deletes what the device has. */
import type { methods } from "@quicprochat/protocol";
import type { Handler } from "../../call-context.ts";
import { ownDoor } from "../../own-door.ts";
import { acknowledgeCells } from "../../reading.ts";

export const doorAcknowledge: Handler<typeof methods.doorAcknowledge> = async (request, call) => {
  await acknowledgeCells(call.server, await ownDoor(call, request.address), request);
  return {};
};
