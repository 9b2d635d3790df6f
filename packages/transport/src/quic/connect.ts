/** A client's connection: a socket and an endpoint of its own, so that nothing ties two together. */
import { isIPv6 } from "node:net";
import type { CloseReason, Connection } from "@quicprochat/connection";
import { systemRandom } from "@quicprochat/crypto";
import { TlsContext } from "@quicprochat/tls";
import { formatAddress, type HostAndPort } from "@quicprochat/udp";
import { limits } from "../limits.ts";
import { DialError, handshakeFailed, unreachable } from "./dial-error.ts";
import { EndpointConnection } from "./endpoint-connection.ts";
import { EndpointSocket } from "./endpoint-socket.ts";
import { ALPN } from "./server-tls.ts";

export type ClientOptions = {
  /** A numeric address. */
  readonly peer: HostAndPort;
  readonly idleTimeoutMs: number;
  readonly signal: AbortSignal;
  /** Other than the default only in tests. */
  readonly groups?: string | undefined;
};

/** How long a close can be repeated to a server that has not heard it. */
const LINGER_MS = 1_000;
const RESET_KEY_BYTES = 32;
/** RFC 9000 section 20.1: CONNECTION_REFUSED, and APPLICATION_ERROR, which stands for any close during the handshake. */
const REFUSALS: readonly number[] = [0x02, 0x0c];

/** Resolves with the handshake; what the server's certificate is worth is for the caller to say. Throws `DialError`. */
export async function connectClient({ peer, idleTimeoutMs, signal, groups }: ClientOptions): Promise<Connection> {
  const opened = Promise.withResolvers<Connection>();
  const current: { connection?: EndpointConnection } = {};
  const socket = await EndpointSocket.bind({
    host: isIPv6(peer.host) ? "::" : "0.0.0.0",
    port: 0,
    endpoint: { resetKey: systemRandom(RESET_KEY_BYTES) },
    onRefused() {
      opened.reject(unreachable(peer, undefined));
      current.connection?.lose();
    },
  }).catch((cause: unknown) => {
    throw unreachable(peer, cause);
  });
  const context = groups === undefined ? clientTls() : TlsContext.client({ alpn: ALPN, groups });
  const config = { idleTimeoutMs, keepAliveMs: idleTimeoutMs / 2, handshakeTimeoutMs: limits.handshakeMs };
  const address = { local: "", remote: formatAddress(peer) };
  socket.connect({ address, tls: context.handshakes(), config }, (quic) => {
    current.connection = new EndpointConnection({
      connection: quic,
      socket,
      onOpen: (connection) => opened.resolve(connection),
      onEnd(_connection, reason) {
        opened.reject(failureOf(peer, reason));
        linger(socket);
      },
    });
    return current.connection;
  });
  const onAbort = (): void => opened.reject(signal.reason);
  signal.addEventListener("abort", onAbort);
  try {
    return await opened.promise;
  } catch (error) {
    current.connection?.close(0, "");
    throw error;
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

let sharedTls: TlsContext | undefined;

/** Nothing in it outlives a handshake: it keeps no sessions and no tickets that could tie two connections together. */
function clientTls(): TlsContext {
  sharedTls ??= TlsContext.client({ alpn: ALPN });
  return sharedTls;
}

/** The close may have to be repeated; a process with nothing else to do need not wait for it. */
function linger(socket: EndpointSocket): void {
  socket.unref();
  setTimeout(() => void socket.close(), LINGER_MS).unref();
}

function failureOf(peer: ClientOptions["peer"], { kind, by, code, reason }: CloseReason): DialError {
  if (kind === "transport" && by === "peer" && REFUSALS.includes(code)) {
    return new DialError("unreachable", "The server takes no more connections now. Try again later.");
  }
  return handshakeFailed(peer, `${reason} (${code})`);
}
