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
  /** What a client asks for; a server alone would wait for 30 s. A client keeps its connection alive at half of it. */
  idleTimeoutMs: 20_000,
  /** How long `close` waits until what was written before it has been acknowledged. */
  closeFlushMs: 1_000,

  connectionsMax: 4_096,
  /** Handshakes under way at once; beyond it new ones are dropped. */
  handshakesMax: 512,
  /** Connections that wait for `Listener.accept`. */
  acceptBacklogMax: 256,

  /**
   * Written bytes that the whole process keeps until peers acknowledge them. A connection goes on below the second figure
   * even then, so that peers which acknowledge nothing cannot stop the others.
   */
  processWriteBytesMax: 128 * 1024 * 1024,
  connectionWriteBytesFree: 16 * 1024,

  /** Of one connection; what comes behind is left out. */
  qlogBytesMax: 64 * 1024 * 1024,
} as const;
