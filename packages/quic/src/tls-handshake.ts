/** What QUIC needs of a TLS 1.3 handshake: RFC 9001 section 4, as bytes in and bytes and secrets out. */

/** Encryption levels of RFC 9001 section 4.1.4; 0-RTT is never used. */
export type TlsLevel = "initial" | "handshake" | "application";

/** TLS cipher suites by their code points (RFC 8446 appendix B.4). */
export const CipherSuite = {
  aes128GcmSha256: 0x1301,
  aes256GcmSha384: 0x1302,
  chacha20Poly1305Sha256: 0x1303,
} as const;

export type CipherSuiteId = (typeof CipherSuite)[keyof typeof CipherSuite];

export type TlsOutput = { readonly level: TlsLevel; readonly bytes: Uint8Array };

export type TlsSecret = {
  readonly level: "handshake" | "application";
  /** Seen from this endpoint. */
  readonly direction: "read" | "write";
  readonly suite: CipherSuiteId;
  /** The traffic secret. It is erased by its receiver when it has been used. */
  readonly secret: Uint8Array;
};

/** What one call made TLS do. All bytes are copies that the caller may keep. */
export type TlsStep = {
  /** CRYPTO bytes for the peer, in order; `level` never goes back. */
  readonly outgoing: readonly TlsOutput[];
  /** New traffic secrets, each exactly once, in the order in which TLS made them. */
  readonly secrets: readonly TlsSecret[];
  /** True from the step on in which the handshake completed (RFC 9001 section 4.1.1). */
  readonly complete: boolean;
  /** The TLS alert that this endpoint raised; the connection then closes with 0x100 + alert. */
  readonly alert?: number;
};

/** What is known once the handshake is complete. */
export type TlsFacts = {
  /** TLS name of the group, such as `X25519MLKEM768`. */
  readonly keyExchange: string;
  /** DER of the peer's certificate. */
  readonly peerCertificate: Uint8Array | null;
  readonly alpn: string;
};

/**
 * One handshake. QUIC calls it from one place at a time and never inside a callback. A method must not throw for
 * what a peer sent: that is an `alert`. After `complete`, QUIC takes `facts` and calls `free`; a later `receive`
 * does not happen (post-handshake messages are judged by QUIC: none is ever expected).
 */
export interface TlsHandshake {
  /** First call. A client yields its ClientHello, a server nothing. */
  start(): TlsStep;
  /** CRYPTO bytes in order, in whatever pieces the packets brought them. */
  receive(level: TlsLevel, bytes: Uint8Array): TlsStep;
  /** The peer's `quic_transport_parameters` extension as it came, once seen; `undefined` if it has not (yet) come. */
  peerTransportParameters(): Uint8Array | undefined;
  /** Throws before `complete`. */
  facts(): TlsFacts;
  /** RFC 8446 section 7.5; must work after `complete` and until `free`. */
  exportKey(options: { readonly label: string; readonly context: Uint8Array; readonly length: number }): Uint8Array;
  /** Gives back all memory. Idempotent. */
  free(): void;
}

/**
 * Makes the handshake of a new connection. `transportParameters` is the body of the extension (RFC 9000 section 18)
 * that it must send. What else TLS needs (certificate, key, ALPN, group) the maker has closed over.
 */
export type TlsHandshakeFactory = (transportParameters: Uint8Array) => TlsHandshake;
