/** 204 mailbox.acknowledge: deletes what the reader has. */
import type { methods } from "@quicprochat/protocol";
import type { Handler } from "../../call-context.ts";
import { acknowledgeCells } from "../../reading.ts";

export const mailboxAcknowledge: Handler<typeof methods.mailboxAcknowledge> = async (request, { server, peer }) => {
  peer.requireAttached(request.address);
  await acknowledgeCells(server, request.address, request);
  return {};
};
