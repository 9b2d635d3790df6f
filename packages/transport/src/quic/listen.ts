/** Opens a server's socket: from then on every connection hears first who the server is. */
import type { Connection } from "@quicprochat/connection";
import type { ServerIdentity } from "../identity/server-identity.ts";
import { signStatement } from "../identity/statement.ts";
import { limits } from "../limits.ts";
import { ListenError } from "./listen-error.ts";
import { openSsl } from "./openssl.ts";
import { addressText } from "./peer-address.ts";
import { type ListenerLimits, ServerListener } from "./server-listener.ts";
import { TlsContext } from "./tls-context.ts";
import { bindSocket } from "./udp-socket.ts";

export type ListenOptions = {
  /** An address of this machine, or `0.0.0.0` or `::` for all. */
  readonly host: string;
  /** 0: any free one; the listener's `address` tells. */
  readonly port: number;
  readonly identity: ServerIdentity;
  readonly limits?: Partial<ListenerLimits>;
};

/** Throws `ListenError` and `QuicUnavailableError`. */
export async function listen(options: ListenOptions): Promise<ServerListener> {
  const { host, port, identity } = options;
  openSsl();
  const socket = await bindSocket({ host, port }).catch((cause: unknown) => {
    throw new ListenError(addressText({ address: host, port }), cause);
  });
  const context = TlsContext.server(identity.tlsKey);
  return new ServerListener({
    socket,
    context,
    introduce: introducer(identity),
    limits: { ...limits, ...options.limits },
  });
}

/** Says on a new connection who the server is. */
export function introducer(identity: ServerIdentity): (connection: Connection) => Promise<void> {
  const statement = statementSource(identity);
  return (connection) => push(connection, statement());
}

async function push(connection: Connection, statement: Uint8Array): Promise<void> {
  const stream = await connection.open({ unidirectional: true });
  await stream.write(statement);
  await stream.end();
}

/** Signs anew once a day, not for each connection. */
function statementSource(identity: ServerIdentity): () => Uint8Array {
  let signed = { at: Date.now(), statement: signStatement(identity, Date.now()) };
  return () => {
    const now = Date.now();
    if (Math.abs(now - signed.at) > limits.statementRenewMs)
      signed = { at: now, statement: signStatement(identity, now) };
    return signed.statement;
  };
}
