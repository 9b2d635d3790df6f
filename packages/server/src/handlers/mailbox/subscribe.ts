/** 205 mailbox.subscribe: a push on this connection whenever cells arrive. */
import type { methods } from "@quicprochat/protocol";
import type { Handler } from "../../call-context.ts";
import { cellsWait } from "../../reading.ts";

export const mailboxSubscribe: Handler<typeof methods.mailboxSubscribe> = async ({ address }, { server, peer }) => {
  peer.requireAttached(address);
  // Before the look: what arrives in between is seen by one of the two.
  server.wakes.subscribeMailbox(address, peer.connection);
  return { waiting: await cellsWait(server, address) };
};
