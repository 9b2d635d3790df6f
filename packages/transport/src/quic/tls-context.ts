/** The TLS side of QUIC: one key exchange, one protocol, no tickets, no early data; certificates are judged by their statement. */
import { toUtf8 } from "@quicprochat/bytes";
import type { SigningKeyPair } from "@quicprochat/crypto";
import { selfSignedCertificate } from "../identity/certificate.ts";
import { must, NativeMemory, NONE, nativeText, openSsl, type Pointer, registerAlpnSelect } from "./openssl.ts";

const ALPN = "qpc";
const KEY_EXCHANGE = "X25519MLKEM768";

const control = { mode: 33, sessionCacheMode: 44, groupsList: 92 } as const;
const PARTIAL_AND_MOVING_WRITES = 0x1n | 0x2n;
const DOMAIN_SINGLE_THREAD = 1n;
const OPTION_NO_TICKET = 1n << 14n;
const VERIFY_NONE = 0;
const EVP_PKEY_ED25519 = 1087;

export class TlsContext implements Disposable {
  readonly pointer: Pointer;

  private constructor(method: Pointer, groups: string) {
    const ssl = openSsl();
    this.pointer = must(ssl.SSL_CTX_new(method), "SSL_CTX_new");
    using list = nativeText(groups);
    must(ssl.SSL_CTX_ctrl(this.pointer, control.groupsList, 0n, list.pointer), "the choice of groups");
    must(ssl.SSL_CTX_set_domain_flags(this.pointer, DOMAIN_SINGLE_THREAD), "single thread");
    ssl.SSL_CTX_ctrl(this.pointer, control.mode, PARTIAL_AND_MOVING_WRITES, NONE);
    ssl.SSL_CTX_ctrl(this.pointer, control.sessionCacheMode, 0n, NONE);
    ssl.SSL_CTX_set_options(this.pointer, OPTION_NO_TICKET);
    ssl.SSL_CTX_set_num_tickets(this.pointer, 0n);
    // The peer still proves that it holds its certificate's key; whose key that is, the statement says.
    ssl.SSL_CTX_set_verify(this.pointer, VERIFY_NONE, NONE);
  }

  /** A new one for each dial: what a server gives us to be recognised by stays in it. */
  static client(groups: string = KEY_EXCHANGE): TlsContext {
    return new TlsContext(openSsl().OSSL_QUIC_client_method(), groups);
  }

  static server(tlsKey: SigningKeyPair): TlsContext {
    const ssl = openSsl();
    const context = new TlsContext(ssl.OSSL_QUIC_server_method(), KEY_EXCHANGE);
    const certificate = Buffer.from(selfSignedCertificate(tlsKey));
    must(ssl.SSL_CTX_use_certificate_ASN1(context.pointer, certificate.length, certificate), "the certificate");
    const seed = Buffer.from(tlsKey.privateKey);
    const key = must(ssl.EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NONE, seed, BigInt(seed.length)), "the key");
    must(ssl.SSL_CTX_use_PrivateKey(context.pointer, key), "the key in the context");
    ssl.EVP_PKEY_free(key);
    seed.fill(0);
    ssl.SSL_CTX_set_alpn_select_cb(context.pointer, alpn().select, NONE);
    return context;
  }

  [Symbol.dispose](): void {
    openSsl().SSL_CTX_free(this.pointer);
  }
}

/** Tells OpenSSL what a client offers. */
export function offerAlpn(ssl: Pointer): void {
  const { list } = alpn();
  if (openSsl().SSL_set_alpn_protos(ssl, list.pointer, list.bytes.length) !== 0)
    throw new Error("OpenSSL: ALPN failed");
}

type Alpn = { readonly list: NativeMemory; readonly select: Pointer };

let known: Alpn | undefined;

function alpn(): Alpn {
  known ??= makeAlpn();
  return known;
}

function makeAlpn(): Alpn {
  const name = toUtf8(ALPN);
  const list = new NativeMemory(1 + name.length);
  list.bytes.set([name.length, ...name]);
  const ours = { at: list.pointer + 1n, length: name.length };
  return { list, select: registerAlpnSelect((offered) => (offers(offered, ALPN) ? ours : null)) };
}

function offers(list: Uint8Array, wanted: string): boolean {
  for (let at = 0; at < list.length; ) {
    const end = at + 1 + (list[at] ?? 0);
    if (Buffer.from(list.subarray(at + 1, end)).toString("latin1") === wanted) return true;
    at = end;
  }
  return false;
}
