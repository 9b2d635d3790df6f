/** The TLS alerts that are raised here and not by OpenSSL: RFC 8446 section 6. */

export const Alert = {
  unexpectedMessage: 10,
  recordOverflow: 22,
  badCertificate: 42,
  internalError: 80,
  noApplicationProtocol: 120,
} as const;
