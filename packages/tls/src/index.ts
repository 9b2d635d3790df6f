/** TLS 1.3 for QUIC and its packet ciphers, by the OpenSSL inside Node: RFC 9001 sections 4 and 5. */
export { openSslCipherProvider } from "./packet-protector.ts";
export { checkTls } from "./self-test.ts";
export { type TlsClientOptions, TlsContext, type TlsServerOptions } from "./tls-context.ts";
export { TlsUnavailableError } from "./tls-unavailable-error.ts";
