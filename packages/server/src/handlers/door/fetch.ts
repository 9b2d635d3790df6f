/** 221 door.fetch: cells behind a cursor in this device's door. */
import type { methods } from "@quicprochat/protocol";
import type { Handler } from "../../call-context.ts";
import { ownDoor } from "../../own-door.ts";
import { fetchCells } from "../../reading.ts";

export const doorFetch: Handler<typeof methods.doorFetch> = async (request, call) =>
  fetchCells(call.server, await ownDoor(call, request.address), request);
