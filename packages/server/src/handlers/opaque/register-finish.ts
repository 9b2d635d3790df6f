/** 101 opaque.register-finish: stores the record and the identity that the account's root has signed. */
import { toBinary } from "@bufbuild/protobuf";
import { IdentitySchema, type methods, RefusalError, verifyIdentity } from "@quicprochat/protocol";
import type { Handler } from "../../call-context.ts";
import { spend } from "../../rate-limit/rates.ts";
import { requireRegistration } from "../../registration.ts";
import { requireUsername } from "../../require.ts";

export const registerFinish: Handler<typeof methods.registerFinish> = async (request, { server, peer }) => {
  const { registrationSecret, record, identity } = request;
  requireRegistration(server.registration, registrationSecret);
  const username = requireUsername(request.username);
  spend(server.rates.registrations, peer.prefix, server.now());
  if (identity === undefined || !server.opaque.acceptsRecord(username, record)) throw new RefusalError("malformed");
  if (!verifyIdentity({ serverId: server.serverId, username }, identity)) throw new RefusalError("bad_proof");
  const account = { username, opaqueRecord: record, identity: toBinary(IdentitySchema, identity) };
  if ((await server.store.createAccount(account)) === "name_taken") throw new RefusalError("name_taken");
  return {};
};
