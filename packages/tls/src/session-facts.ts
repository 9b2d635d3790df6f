/** What OpenSSL knows of a handshake: suite, group, protocol and the peer's certificate. */
import { toBuffer, toString } from "node:ffi";
import { equalBytes } from "@quicprochat/bytes";
import { CipherSuite, type CipherSuiteId } from "@quicprochat/quic";
import { NativeMemory } from "./ffi/native-memory.ts";
import { NULL, type OpenSsl } from "./ffi/open-ssl.ts";
import { PEER_CERTIFICATE_BYTES_MAX } from "./limits.ts";

const suites: readonly CipherSuiteId[] = Object.values(CipherSuite);

/** Two pointers for OpenSSL to write to. */
const scratch = new NativeMemory(16);
const certificate = new NativeMemory(PEER_CERTIFICATE_BYTES_MAX);

/** Known from the first secret on, when it is still pending for one of the ends. */
export function cipherSuiteOf(functions: OpenSsl, ssl: bigint): CipherSuiteId | undefined {
  const pending = functions.SSL_get_pending_cipher(ssl);
  const cipher = pending === NULL ? functions.SSL_get_current_cipher(ssl) : pending;
  if (cipher === NULL) return undefined;
  const code = functions.SSL_CIPHER_get_protocol_id(cipher);
  return suites.find((suite) => suite === code);
}

/** TLS name of the group. */
export function groupOf(functions: OpenSsl, ssl: bigint): string {
  const name = functions.SSL_get0_group_name(ssl);
  return name === NULL ? "" : (toString(name) ?? "");
}

/** Whether this protocol was agreed on, and not none. */
export function agreedOn(functions: OpenSsl, ssl: bigint, protocol: Uint8Array): boolean {
  scratch.erase();
  functions.SSL_get0_alpn_selected(ssl, scratch.address, scratch.address + 8n);
  const length = scratch.view.getUint32(8, true);
  return length > 0 && equalBytes(toBuffer(scratch.view.getBigUint64(0, true), length, false), protocol);
}

/** DER; `null` when the peer showed none. */
export function peerCertificateOf(functions: OpenSsl, ssl: bigint): Uint8Array | null | "too-large" {
  const x509 = functions.SSL_get1_peer_certificate(ssl);
  if (x509 === NULL) return null;
  const length = functions.i2d_X509(x509, NULL);
  const fits = length > 0 && length <= PEER_CERTIFICATE_BYTES_MAX;
  if (fits) {
    scratch.view.setBigUint64(0, certificate.address, true);
    functions.i2d_X509(x509, scratch.address);
  }
  functions.X509_free(x509);
  return fits ? certificate.bytes.slice(0, length) : "too-large";
}
