/** 100 opaque.register-start: RFC 9807 section 5.2, the server's answer to a blinded password. */
import { type methods, RefusalError } from "@quicprochat/protocol";
import type { Handler } from "../../call-context.ts";
import { spend } from "../../rate-limit/rates.ts";
import { requireRegistration } from "../../registration.ts";
import { requireUsername } from "../../require.ts";

export const registerStart: Handler<typeof methods.registerStart> = async (request, { server, peer }) => {
  requireRegistration(server.registration, request.registrationSecret);
  const username = requireUsername(request.username);
  // Registration tells that a name exists: whoever asks for many is slowed down.
  spend(server.rates.registrations, peer.prefix, server.now());
  if ((await server.store.account(username)) !== null) throw new RefusalError("name_taken");
  return { response: server.opaque.register(username, request.request) };
};
