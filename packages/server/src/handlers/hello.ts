/** 1 hello: the first call of a connection says its class. docs/protocol.md, "Connections". */
import { type ConnectionClass, connectionClasses, type methods, RefusalError } from "@quicprochat/protocol";
import type { Handler } from "../call-context.ts";

const VERSION = 1;

export const hello: Handler<typeof methods.hello> = async (request, { server, peer }) => {
  // The nearest refusal that tells a person to update one of the two programs.
  if (request.version !== VERSION) throw new RefusalError("unknown_method");
  const wanted = classOf(request.class);
  if (wanted === undefined) throw new RefusalError("malformed");
  peer.declare(wanted);
  return {
    serverTimeMs: BigInt(Math.trunc(server.now())),
    requireTokens: false,
    registrationSecretRequired: server.registration.kind !== "open",
    keyStretching: server.keyStretching,
  };
};

const classOf = (number: number): ConnectionClass | undefined => {
  const names: readonly ConnectionClass[] = ["account", "receive", "send", "errand"];
  return names.find((name) => connectionClasses[name] === number);
};
