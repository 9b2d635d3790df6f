/** Every limit of transports and of the server's identity, in bytes, counts and milliseconds. */

export const limits = {
  defaultPort: 5_001,
  /** Rotations in one statement; also what a client reads before it knows the server. */
  rotationsMax: 64,
  /** How long a statement is good for; the server signs anew when a day has passed. */
  statementValidMs: 7 * 24 * 60 * 60 * 1000,
  statementRenewMs: 24 * 60 * 60 * 1000,
  /** A client's clock may be that far behind the server's. */
  statementSkewMs: 24 * 60 * 60 * 1000,
  inviteCharactersMax: 1_024,
  hostCharactersMax: 253,

  /** From the first datagram to the end of the handshake, on both sides. */
  handshakeMs: 5_000,
  /**
   * What a client asks for; a server alone would wait for 30 s. OpenSSL keeps a connection alive at half of it, here every
   * 10 s, and has no option of its own for that.
   */
  idleTimeoutMs: 20_000,
  /** How long `close` waits until what was written before it has been acknowledged. */
  closeFlushMs: 1_000,
  closeReasonBytesMax: 256,

  connectionsMax: 4_096,
  /** Handshakes under way at once; beyond it new ones are dropped. */
  handshakesMax: 512,
  /** Connections that wait for `Listener.accept`. */
  acceptBacklogMax: 256,
  /** Bytes that OpenSSL buffers of all streams that are written; `write` waits beyond it. */
  /** Bytes that OpenSSL buffers of one stream; it grants a peer about 100 streams of each kind at once. */
  streamWriteBytesMax: 512 * 1024,
  connectionWriteBytesMax: 4 * 1024 * 1024,
  processWriteBytesMax: 128 * 1024 * 1024,
  /** Bytes of one read, one write and one look at a stream. */
  chunkBytes: 64 * 1024,

  /**
   * Listeners of OpenSSL behind one socket: what one datagram costs grows with the connections of its listener, and each
   * listener keeps some 100 KB of buffers.
   */
  shards: 64,
  datagramBytesMax: 1_500,
  /** Datagrams that OpenSSL may hold for us to send. */
  sendQueueBytes: 256 * 1024,
  socketBufferBytes: 4 * 1024 * 1024,
  /** Peer addresses that one engine keeps in native form. */
  addressesMax: 256,
} as const;
