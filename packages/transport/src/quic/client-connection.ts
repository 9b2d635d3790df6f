/** A client's QUIC connection: a socket, an engine and a TLS context of its own, so that nothing ties two of them together. */
import type { Socket } from "node:dgram";
import type { Connection } from "@quicprochat/connection";
import { limits } from "../limits.ts";
import { DialError } from "./dial-error.ts";
import { Engine, value } from "./engine.ts";
import { must, openSsl } from "./openssl.ts";
import { addressText, type PeerAddress } from "./peer-address.ts";
import { QuicConnection } from "./quic-connection.ts";
import { offerAlpn, TlsContext } from "./tls-context.ts";
import { connectSocket } from "./udp-socket.ts";

export type ClientOptions = {
  readonly peer: PeerAddress;
  readonly idleTimeoutMs: number;
  readonly signal: AbortSignal;
  /** Other than the default only in tests. */
  readonly groups?: string | undefined;
};

const FEATURE_REQUEST = 1;

/** Resolves with the handshake; what the server's certificate is worth is for the caller to say. Throws `DialError`. */
export async function connectClient({ peer, idleTimeoutMs, signal, groups }: ClientOptions): Promise<Connection> {
  const socket = await connectSocket(peer).catch((cause: unknown) => {
    throw unreachable(peer, cause);
  });
  const ssl = openSsl();
  using context = TlsContext.client(groups);
  const root = must(ssl.SSL_new(context.pointer), "SSL_new");
  ssl.SSL_set_connect_state(root);
  const onSent = (cause: Error | null): void => {
    if (cause !== null && "code" in cause && cause.code === "ECONNREFUSED") socket.emit("error", cause);
  };
  const send = (datagram: Uint8Array): void => socket.send(datagram, onSent);
  const engine: Engine = new Engine({ root, send, onFailure: () => connection.free() });
  must(ssl.SSL_set1_initial_peer_addr(root, engine.nativeAddress(peer)), "the peer's address");
  offerAlpn(root);
  must(ssl.SSL_set_value_uint(root, FEATURE_REQUEST, value.idleTimeout, BigInt(idleTimeoutMs)), "the idle timeout");
  const opened = Promise.withResolvers<void>();
  const connection: QuicConnection = new QuicConnection({
    pointer: root,
    engine,
    remoteAddress: addressText(peer),
    handshakeMs: limits.handshakeMs,
    onOpen: () => opened.resolve(),
    // OpenSSL may still have to repeat the close; a process with nothing else to do need not wait for it.
    onEnd: () => letGo(engine, socket),
    onFree: () => void setImmediate(() => release(engine, socket)),
  });
  void connection.closed.then((reason) => opened.reject(handshakeFailed(peer, `${reason.reason} (${reason.code})`)));
  const onAbort = (): void => opened.reject(signal.reason);
  signal.addEventListener("abort", onAbort);
  socket.on("message", (datagram) => engine.receive(datagram, peer));
  // On a connected socket the system tells when nobody listens there: sooner than the idle timeout would.
  socket.on("error", (cause) => {
    opened.reject(unreachable(peer, cause));
    connection.lose();
  });
  engine.run();
  try {
    await opened.promise;
    return connection;
  } catch (error) {
    connection.close(0, "");
    throw error;
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

function letGo(engine: Engine, socket: Socket): void {
  engine.unref();
  socket.unref();
}

function release(engine: Engine, socket: Socket): void {
  engine[Symbol.dispose]();
  socket.close();
}

export const unreachable = (peer: PeerAddress, cause: unknown): DialError =>
  new DialError(
    "unreachable",
    `No answer from ${addressText(peer)} (UDP). Check the address, that the server runs, and that no firewall holds UDP back.`,
    { cause },
  );

export const handshakeFailed = (peer: PeerAddress, why: string): DialError =>
  new DialError(
    "handshake_failed",
    `The server at ${addressText(peer)} ended the handshake: ${why}. Update this program and the server.`,
  );
