/** The bounds of a TLS handshake. */

/** Handshake bytes that a peer may send in one handshake; a chain of certificates is by far the most. Beyond: alert 22. */
export const HANDSHAKE_BYTES_MAX: number = 128 * 1024;
/** Bytes that OpenSSL is handed at once. */
export const HANDSHAKE_CHUNK_BYTES: number = 16 * 1024;
/** DER of the peer's own certificate. Beyond: alert 42. */
export const PEER_CERTIFICATE_BYTES_MAX: number = 16 * 1024;
/** Keying material that one `exportKey` yields: RFC 5869 allows 255 hashes. */
export const EXPORTED_BYTES_MAX: number = 255 * 32;
/** A line of the key log: label, client random and a secret of SHA-384, in hexadecimal. */
export const KEY_LOG_LINE_BYTES_MAX = 256;
