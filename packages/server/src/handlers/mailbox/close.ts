/** 206 mailbox.close: deletes the mailbox and what is in it. */
import type { methods } from "@quicprochat/protocol";
import type { Handler } from "../../call-context.ts";

export const mailboxClose: Handler<typeof methods.mailboxClose> = async ({ address }, { server, peer }) => {
  peer.requireAttached(address);
  await server.store.closeMailbox(address);
  peer.detach(address);
  server.wakes.unsubscribe(address, peer.connection);
  return {};
};
