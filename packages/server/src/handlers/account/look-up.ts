/** 902 account.look-up: identity and devices of one name. */
import { type methods, RefusalError } from "@quicprochat/protocol";
import { accountOf } from "../../account-record.ts";
import type { Handler } from "../../call-context.ts";
import { requireUsername } from "../../require.ts";

export const lookUp: Handler<typeof methods.lookUp> = async (request, { server, peer }) => {
  const username = requireUsername(request.username);
  peer.devoteTo({ kind: "name", username });
  const account = await accountOf(server.store, username);
  if (account === null) throw new RefusalError("no_package");
  const { identity, devices } = account;
  return devices === null ? { identity } : { identity, devices };
};
