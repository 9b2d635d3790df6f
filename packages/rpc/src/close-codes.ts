/** Application codes of streams and connections, one table for both ends. */
export const closeCodes = {
  done: 0,
  /** A frame that cannot be one: bad length, bytes behind it, cut short. */
  badFrame: 1,
  /** The caller no longer wants the answer. */
  cancelled: 2,
  /** The peer took too long: to send its request, to take the answer, or to answer. */
  excessive: 3,
  /** The server is stopping: reconnect to the next one. */
  draining: 4,
  /** The client does not accept this server's identity. */
  serverChanged: 5,
  /** An error of our own program. */
  internal: 6,
  /** The session of this connection has ended. */
  revoked: 7,
} as const;
