/** 202 mailbox.attach: from here on this connection may read the mailbox of the reader key that it has shown. */
import { mailboxAddress, type methods, RefusalError, verifyMailboxRead } from "@quicprochat/protocol";
import type { Handler } from "../../call-context.ts";

export const mailboxAttach: Handler<typeof methods.mailboxAttach> = async (request, { server, peer }) => {
  const { readerKey, signature } = request;
  if (!verifyMailboxRead(readerKey, peer.exporter, signature)) throw new RefusalError("bad_proof");
  const address = mailboxAddress(readerKey);
  if (!(await server.store.hasMailbox(address))) throw new RefusalError("mailbox_unknown");
  peer.attach(address);
  return {};
};
