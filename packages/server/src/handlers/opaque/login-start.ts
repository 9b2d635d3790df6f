/** 102 opaque.login-start: KE2 (RFC 9807 section 6). Unknown names get one too, at the same cost. */
import type { methods } from "@quicprochat/protocol";
import type { Handler } from "../../call-context.ts";
import { spend } from "../../rate-limit/rates.ts";
import { requireUsername } from "../../require.ts";

export const loginStart: Handler<typeof methods.loginStart> = async (request, { server, peer }) => {
  const username = requireUsername(request.username);
  spend(server.rates.logins, username, server.now());
  const account = await server.store.account(username);
  const record = account?.opaqueRecord ?? null;
  const { ke2, serverLoginState } = server.opaque.startLogin({ username, record, ke1: request.ke1 });
  peer.login = { username, serverLoginState };
  return { ke2 };
};
