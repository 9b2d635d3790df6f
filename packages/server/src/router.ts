/** Decides which call a connection may make at this moment, and answers it. docs/protocol.md, "Connections". */
import { methods, RefusalError } from "@quicprochat/protocol";
import { type BoundMethod, closeCodes } from "@quicprochat/rpc";
import type { Call, ServerContext } from "./call-context.ts";
import type { Peer } from "./peer.ts";
import { spend } from "./rate-limit/rates.ts";
import { type Route, routes } from "./routes.ts";
import { ServerError } from "./server-error.ts";

/** What answers this method. Throws `RefusalError` where this connection may not call it, now or ever. */
export function admit(call: Call, methodNumber: number): BoundMethod {
  const { server, peer } = call;
  meter(call);
  const route = routes.get(methodNumber);
  if (route === undefined) throw new RefusalError("unknown_method");
  requireClass(peer, route);
  return answering(server, route.bind(call));
}

/** Refusals cost us something, too: whoever asks on and on instead of waiting loses the connection. */
function meter({ server, peer }: Call): void {
  const now = server.now();
  try {
    spend(peer.calls, "", now);
    spend(server.rates.calls, peer.prefix, now);
  } catch (error) {
    if (peer.rateRefusals.take("", now) > 0) peer.connection.close(closeCodes.excessive, "too many calls");
    throw error;
  }
}

function requireClass({ connectionClass, session }: Peer, { method }: Route): void {
  if (method.number === methods.hello.number) return;
  const allowed = connectionClass !== undefined && method.classes.includes(connectionClass);
  if (!allowed) throw new RefusalError("wrong_class");
  if (method.session && session === undefined) throw new RefusalError("no_session");
}

function answering({ limits, storeWatch, now }: ServerContext, answer: BoundMethod): BoundMethod {
  return async (payload, signal) => {
    try {
      return await answer(payload, signal);
    } catch (error) {
      if (!(error instanceof ServerError)) throw error;
      storeWatch.refused(error, now());
      throw new RefusalError("unavailable", limits.retryAfterMs);
    }
  };
}
