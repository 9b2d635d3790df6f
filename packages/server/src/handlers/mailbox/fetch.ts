/** 203 mailbox.fetch: cells behind a cursor; they stay until they are acknowledged. */
import type { methods } from "@quicprochat/protocol";
import type { Handler } from "../../call-context.ts";
import { fetchCells } from "../../reading.ts";

export const mailboxFetch: Handler<typeof methods.mailboxFetch> = (request, { server, peer }) => {
  peer.requireAttached(request.address);
  return fetchCells(server, request.address, request);
};
