/** Why the OpenSSL of this Node cannot be used. */

const explanations = {
  "missing-functions": "its OpenSSL does not offer the functions for QUIC, or foreign functions are not permitted",
  version: "its OpenSSL is not of version 3.5 to 3.x",
  "memory-layout": "the memory layout is not that of a 64-bit little-endian machine",
  "self-test": "its OpenSSL failed the self-test",
} as const;

export class TlsUnavailableError extends Error {
  readonly code = "tls_unavailable";
  readonly kind: keyof typeof explanations;

  constructor(kind: keyof typeof explanations, options?: ErrorOptions) {
    super(
      `QUIC cannot run on this Node (${process.version}): ${explanations[kind]}. Use Node 26.10 or newer.`,
      options,
    );
    this.name = "TlsUnavailableError";
    this.kind = kind;
  }
}
