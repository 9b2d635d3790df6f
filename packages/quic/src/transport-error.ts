/** Transport error codes (RFC 9000 section 20.1, RFC 9001 section 4.8, RFC 9368) and the error that closes a connection. */

export const TransportErrorCode = {
  noError: 0x00,
  internalError: 0x01,
  connectionRefused: 0x02,
  flowControlError: 0x03,
  streamLimitError: 0x04,
  streamStateError: 0x05,
  finalSizeError: 0x06,
  frameEncodingError: 0x07,
  transportParameterError: 0x08,
  connectionIdLimitError: 0x09,
  protocolViolation: 0x0a,
  invalidToken: 0x0b,
  applicationError: 0x0c,
  cryptoBufferExceeded: 0x0d,
  keyUpdateError: 0x0e,
  aeadLimitReached: 0x0f,
  noViablePath: 0x10,
  versionNegotiationError: 0x11,
  /** Plus the TLS alert. */
  cryptoError: 0x0100,
} as const;

/** TLS alerts (RFC 8446 section 6) that QUIC itself raises, as transport error codes. */
export const cryptoErrorCode = {
  unexpectedMessage: 0x0100 + 10,
  missingExtension: 0x0100 + 109,
} as const;

/** The peer broke a rule, or a limit was reached: the connection closes with `code`. `frameType` 0 means unknown. */
export class TransportError extends Error {
  readonly code: number;
  readonly frameType: number;

  constructor(code: number, reason: string, frameType = 0) {
    super(reason);
    this.name = "TransportError";
    this.code = code;
    this.frameType = frameType;
  }
}
