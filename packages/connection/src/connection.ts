/** What a transport yields and RPC needs: a connection of ordered byte streams, with the TLS facts that bind it. */

/**
 * One ordered byte stream. Streams that the peer opened with `unidirectional` can only be read,
 * streams that we opened so can only be written.
 */
export interface Stream extends AsyncDisposable {
  /** The next bytes in order, `null` once the peer has ended. Throws `StreamError`. One read at a time. */
  read(): Promise<Uint8Array | null>;
  /** Resolves when the stream has room again: await it before the next write. Throws `StreamError`. */
  write(bytes: Uint8Array): Promise<void>;
  /** No more bytes from this side. Resolves when all were handed to the transport. Idempotent. */
  end(): Promise<void>;
  /** Abandons both directions; the peer's `read` and `write` throw `StreamError` with this code. Idempotent. */
  reset(code: number): void;
}

/** Why a stream ended early. */
export class StreamError extends Error {
  /** `reset`: by the peer, with its code; `closed`: the connection is gone; `local`: we reset it. */
  readonly kind: "reset" | "closed" | "local";
  readonly code: number;

  constructor(kind: "reset" | "closed" | "local", code = 0) {
    super(`stream ${kind} (${code})`);
    this.name = "StreamError";
    this.kind = kind;
    this.code = code;
  }
}

/** How a connection ended. `code` is the application's when `kind` is `application`, the transport's otherwise. */
export type CloseReason = {
  readonly kind: "application" | "transport" | "idle-timeout";
  readonly by: "local" | "peer";
  readonly code: number;
  readonly reason: string;
};

export interface Connection extends AsyncDisposable {
  /** The peer's address as `host:port`; for limits and logs of failures only. */
  readonly remoteAddress: string;
  /** TLS name of the negotiated key exchange, such as `X25519MLKEM768`. */
  readonly keyExchange: string;
  /** DER of the peer's certificate; `null` when it showed none. */
  readonly peerCertificate: Uint8Array | null;
  /** Resolves once, when the connection has ended for whatever reason. Never rejects. */
  readonly closed: Promise<CloseReason>;

  /** RFC 8446 section 7.5 exporter: `length` bytes bound to this handshake. */
  exportKey(options: { readonly label: string; readonly context: Uint8Array; readonly length: number }): Uint8Array;
  /** Opens a stream; waits while the peer's stream limit is reached. Throws `StreamError("closed")`. */
  open(options?: { readonly unidirectional?: boolean }): Promise<Stream>;
  /** The next stream that the peer opened, `null` once the connection has ended. Unaccepted streams are bounded. */
  accept(): Promise<Stream | null>;
  /** Ends the connection and tells the peer. `code` is below 2^30, `reason` short text that names no secret. Idempotent. */
  close(code: number, reason: string): void;
}

/** A server's socket. */
export interface Listener extends AsyncDisposable {
  /** Where it listens, as `host:port` with the port that was given out. */
  readonly address: string;
  /** The next connection whose handshake is complete, `null` once the listener is closed. */
  accept(): Promise<Connection | null>;
  /** Accepts nothing more; open connections go on. */
  stop(): void;
  /** Closes all connections with this code, then the socket. */
  close(code: number, reason: string): Promise<void>;
}
