/** 201 mailbox.create: whoever holds the reader key makes the mailbox that follows from it. */
import { mailboxAddress, type methods, RefusalError, verifyMailboxCreate } from "@quicprochat/protocol";
import type { Handler } from "../../call-context.ts";
import { spend } from "../../rate-limit/rates.ts";

export const mailboxCreate: Handler<typeof methods.mailboxCreate> = async (request, { server, peer }) => {
  const { readerKey, signature } = request;
  if (!verifyMailboxCreate(readerKey, peer.exporter, signature)) throw new RefusalError("bad_proof");
  spend(server.rates.mailboxes, peer.prefix, server.now());
  const outcome = await server.store.createMailbox(mailboxAddress(readerKey));
  if (outcome === "address_taken") throw new RefusalError("bad_proof");
  return {};
};
