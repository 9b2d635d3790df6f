/** Every limit of calls and pushes, in counts, bytes and milliseconds. An operator may override those of a server. */

export const limits = {
  /** Calls of one connection under way at once; further streams wait to be accepted. */
  concurrentCallsMax: 64,
  /** Payload bytes, as announced, of all calls of one connection that are under way. */
  requestBytesMax: 16 * 1024 * 1024,
  /** A header, and then its payload, must have arrived by then. */
  arrivalMs: 20_000,
  /** After that a handler's signal aborts and its caller gets no answer. */
  handlingMs: 60_000,
  /** A response must have been taken, and the stream ended, by then. */
  deliveryMs: 20_000,
  /** Malformed frames after which a connection is closed. */
  malformedFramesMax: 16,
  /** Fields of one message and all that it holds: each becomes an object, however few bytes it has. */
  messageFieldsMax: 8_192,
  /** What a caller over `requestBytesMax` is told to wait. */
  retryAfterMs: 1_000,
  /** Payload of one push. */
  pushBytesMax: 64 * 1024,
} as const;

export type RpcLimits = { readonly [Name in keyof typeof limits]: number };
