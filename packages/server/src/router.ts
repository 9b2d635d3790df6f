/** Decides which call a connection may make at this moment, and answers it. docs/protocol.md, "Connections". */
import { methods, RefusalError } from "@quicprochat/protocol";
import { type BoundMethod, closeCodes } from "@quicprochat/rpc";
import type { Call, ServerContext } from "./call-context.ts";
import type { Answered, Metrics } from "./metrics/metrics.ts";
import type { Peer } from "./peer.ts";
import { spend } from "./rate-limit/rates.ts";
import { type Route, routes } from "./routes.ts";
import { ServerError } from "./server-error.ts";

/** What answers this method. Throws `RefusalError` where this connection may not call it, now or ever. */
export function admit(call: Call, methodNumber: number): BoundMethod {
  const { server, peer } = call;
  const route = routes.get(methodNumber);
  const measured = measure(server.metrics, route?.method.name ?? "unknown");
  try {
    meter(call);
    if (route === undefined) throw new RefusalError("unknown_method");
    requireClass(peer, route);
  } catch (error) {
    measured(outcomeOf(error));
    throw error;
  }
  return answering({ server, answer: route.bind(call), measured });
}

/** Begins now; the result ends it with what became of the call. */
function measure({ answered }: Metrics, method: string): (outcome: Answered["outcome"]) => void {
  const started = performance.now();
  return (outcome) => answered({ method, outcome, seconds: (performance.now() - started) / 1_000 });
}

const outcomeOf = (error: unknown): Answered["outcome"] => (error instanceof RefusalError ? error.code : "fault");

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

type Answering = {
  readonly server: ServerContext;
  readonly answer: BoundMethod;
  readonly measured: (outcome: Answered["outcome"]) => void;
};

function answering({ server, answer, measured }: Answering): BoundMethod {
  return async (payload, signal) => {
    try {
      const response = await answer(payload, signal);
      measured("ok");
      return response;
    } catch (error) {
      const refusal = error instanceof ServerError ? storeRefusal(server, error) : error;
      measured(outcomeOf(refusal));
      throw refusal;
    }
  };
}

function storeRefusal({ limits, storeWatch, metrics, now }: ServerContext, error: ServerError): RefusalError {
  storeWatch.refused(error, now());
  metrics.storeRefused();
  return new RefusalError("unavailable", limits.retryAfterMs);
}
