/** Connects to a server and makes sure that it is the right one before a byte is written. docs/protocol.md, "Server identity". */
import { lookup } from "node:dns/promises";
import { concatBytes, DecodeError } from "@quicprochat/bytes";
import { type Connection, type Stream, StreamError } from "@quicprochat/connection";
import type { HostAndPort } from "@quicprochat/udp";
import { tlsKeyHashOf } from "../identity/certificate.ts";
import { decodeSignedStatement, type SignedStatement, statementBytesMax } from "../identity/statement.ts";
import { type ServerPin, type VerifiedServer, verifyStatement } from "../identity/verify-statement.ts";
import { limits } from "../limits.ts";
import { connectClient } from "./connect.ts";
import { DialError, unreachable } from "./dial-error.ts";
import { refusal } from "./refusal.ts";

export type DialOptions = {
  readonly host: string;
  readonly port: number;
  /** `null`: first contact without a link; store what comes back as the pin. */
  readonly pin: ServerPin | null;
  readonly signal?: AbortSignal | undefined;
  /** For all of it; 5 s unless given. */
  readonly deadlineMs?: number;
  /** The lower one of both ends counts; the connection is kept alive at half of it. */
  readonly idleTimeoutMs?: number;
};

export type Dialled = { readonly connection: Connection; readonly server: VerifiedServer };

/** As in `rpc`: the client does not accept this server. */
const SERVER_CHANGED = 5;

/** Throws `DialError` and `TlsUnavailableError`. */
export const dial = (options: DialOptions): Promise<Dialled> => dialWith(options);

/** `dial` with the key exchanges that a client offers: for tests of what a server refuses. */
export async function dialWith(options: DialWithOptions): Promise<Dialled> {
  const { host, port, deadlineMs = limits.handshakeMs } = options;
  const patience = AbortSignal.timeout(deadlineMs);
  const signal = options.signal === undefined ? patience : AbortSignal.any([patience, options.signal]);
  try {
    signal.throwIfAborted();
    return await dialAny(await addressesOf(host, port), { ...options, signal, deadlineMs });
  } catch (cause) {
    if (options.signal?.aborted === true) throw new DialError("cancelled", "The connection was given up.", { cause });
    if (patience.aborted) throw unreachable({ host, port }, cause);
    throw cause;
  }
}

type DialWithOptions = DialOptions & { readonly groups?: string };
type Attempt = DialWithOptions & { readonly signal: AbortSignal; readonly deadlineMs: number };

/** One address after the other, each with its share of the time: a machine may have a way to only some of them. */
async function dialAny(peers: readonly HostAndPort[], options: Attempt): Promise<Dialled> {
  const { pin, signal, idleTimeoutMs = limits.idleTimeoutMs, groups } = options;
  let failure: unknown;
  for (const peer of peers) {
    const share = AbortSignal.timeout(options.deadlineMs / peers.length);
    const attempt = AbortSignal.any([signal, share]);
    try {
      const connection = await connectClient({ peer, idleTimeoutMs, signal: attempt, groups });
      return await introduced(connection, pin, attempt);
    } catch (error) {
      const tryNext = share.aborted || (error instanceof DialError && error.code === "unreachable");
      if (!tryNext || signal.aborted) throw error;
      failure = share.aborted ? unreachable(peer, error) : error;
    }
  }
  throw failure;
}

async function addressesOf(host: string, port: number): Promise<HostAndPort[]> {
  try {
    const found = await lookup(host, { all: true });
    return found.map(({ address }) => ({ host: address, port }));
  } catch (cause) {
    throw new DialError("unreachable", `${host} is not known. Check its spelling and that this machine is online.`, {
      cause,
    });
  }
}

async function introduced(connection: Connection, pin: ServerPin | null, signal: AbortSignal): Promise<Dialled> {
  const onAbort = (): void => connection.close(0, "");
  signal.addEventListener("abort", onAbort);
  try {
    const signed = await readStatement(connection);
    const tlsKeyHash = tlsKeyHashOf(connection.peerCertificate ?? new Uint8Array(0));
    if (tlsKeyHash === null) throw new DialError("handshake_failed", "The server showed no certificate.");
    const verification = verifyStatement(signed, { pin, tlsKeyHash, now: Date.now() });
    if (verification.kind === "refused") throw refusal(verification.why, { pin, shown: signed.statement.serverId });
    return { connection, server: verification.server };
  } catch (error) {
    const changed = error instanceof DialError && error.code === "server_changed";
    connection.close(changed ? SERVER_CHANGED : 0, changed ? "another server is pinned" : "");
    throw error;
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

async function readStatement(connection: Connection): Promise<SignedStatement> {
  const stream = await connection.accept();
  if (stream === null) throw new DialError("handshake_failed", await endText(connection));
  try {
    return decodeSignedStatement(await readAll(stream));
  } catch (cause) {
    if (cause instanceof StreamError) throw new DialError("handshake_failed", await endText(connection), { cause });
    if (!(cause instanceof DecodeError)) throw cause;
    throw new DialError("handshake_failed", "What answers there is not a server of this program.", { cause });
  }
}

async function endText(connection: Connection): Promise<string> {
  connection.close(0, "");
  const { reason } = await connection.closed;
  return `The server ended the connection before it said who it is${reason === "" ? "" : `: ${reason}`}. Try again later.`;
}

async function readAll(stream: Stream): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (let chunk = await stream.read(); chunk !== null; chunk = await stream.read()) {
    length += chunk.length;
    if (length > statementBytesMax) throw new DecodeError("too-long", length);
    chunks.push(chunk);
  }
  return concatBytes(...chunks);
}
