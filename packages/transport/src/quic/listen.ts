/** Opens a server's socket: from then on every connection hears first who the server is. */
import type { Connection } from "@quicprochat/connection";
import { kdf, systemRandom } from "@quicprochat/crypto";
import { formatAddress } from "@quicprochat/udp";
import type { ServerIdentity } from "../identity/server-identity.ts";
import { signStatement } from "../identity/statement.ts";
import { limits } from "../limits.ts";
import { ListenError } from "./listen-error.ts";
import { type ListenerLimits, ServerListener } from "./server-listener.ts";
import { serverTls } from "./server-tls.ts";

const TOKEN_KEY_BYTES = 16;

export type ListenOptions = {
  /** An address of this machine, or `0.0.0.0` or `::` for all. */
  readonly host: string;
  /** 0: any free one; the listener's `address` tells. */
  readonly port: number;
  readonly identity: ServerIdentity;
  readonly limits?: Partial<ListenerLimits>;
};

/** Throws `ListenError` and `TlsUnavailableError`. */
export async function listen(options: ListenOptions): Promise<ServerListener> {
  const { host, port, identity } = options;
  const context = serverTls(identity.tlsKey);
  return await ServerListener.bind({
    host,
    port,
    context,
    endpoint: {
      // The same after a restart, which then tells clients at once that they are forgotten.
      resetKey: kdf(identity.tlsKey.privateKey, "stateless reset", new Uint8Array(0)),
      server: { tls: context.handshakes(), tokenKey: systemRandom(TOKEN_KEY_BYTES), retry: "when-busy" },
    },
    limits: { ...limits, ...options.limits },
    introduce: introducer(identity),
  }).catch((cause: unknown) => {
    context[Symbol.dispose]();
    throw new ListenError(formatAddress({ host, port }), cause);
  });
}

/** Says on a new connection who the server is. */
function introducer(identity: ServerIdentity): (connection: Connection) => Promise<void> {
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
