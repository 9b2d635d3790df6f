/** What a server's identity is to TLS. */
import { concatBytes, fromHex } from "@quicprochat/bytes";
import { erase, type SigningKeyPair } from "@quicprochat/crypto";
import { TlsContext } from "@quicprochat/tls";
import { selfSignedCertificate } from "../identity/certificate.ts";

export const ALPN = "qpc";

/** RFC 8410 section 7: PKCS #8 of an Ed25519 key, up to its 32 bytes. */
const PKCS8_ED25519: Uint8Array = fromHex("302e020100300506032b657004220420");

/** Throws `TlsUnavailableError`. */
export function serverTls(tlsKey: SigningKeyPair): TlsContext {
  const privateKey = concatBytes(PKCS8_ED25519, tlsKey.privateKey);
  const context = TlsContext.server({ alpn: ALPN, certificate: selfSignedCertificate(tlsKey), privateKey });
  erase(privateKey);
  return context;
}
