/** What all handshakes of one server or one client have in common: TLS 1.3 only, one group, no tickets, no 0-RTT. */
import { toUtf8 } from "@quicprochat/bytes";
import type { TlsHandshakeFactory } from "@quicprochat/quic";
import { callbackAddresses } from "./ffi/callbacks.ts";
import { NativeMemory } from "./ffi/native-memory.ts";
import { type LoadedOpenSsl, loadOpenSsl, NULL } from "./ffi/open-ssl.ts";
import { OpenSslHandshake } from "./open-ssl-handshake.ts";

/** The one group of this program: ML-KEM-768 beside X25519. */
const GROUP = "X25519MLKEM768";
/** Every machine has the first in hardware, or else the last in software. */
const SUITES = "TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_256_GCM_SHA384";

type CommonOptions = {
  /** The one application protocol (RFC 7301), at most 255 bytes. */
  readonly alpn: string;
  /** OpenSSL's list of groups. For tests and for interoperability with peers that lack ours; nothing else sets it. */
  readonly groups?: string;
  /** OpenSSL's list of cipher suites; for tests. */
  readonly suites?: string;
};

export type TlsServerOptions = CommonOptions & {
  /** DER of an X.509 certificate. */
  readonly certificate: Uint8Array;
  /** DER of its private key, PKCS #8. */
  readonly privateKey: Uint8Array;
};

export type TlsClientOptions = CommonOptions;

/** From `openssl/ssl.h` and `openssl/tls1.h`. */
const Control = { mode: 33, sessionCacheMode: 44, groupsList: 92, minimumVersion: 123, maximumVersion: 124 };
const TLS_1_3 = 0x304n;
const MODE_RELEASE_BUFFERS = 0x10n;
const VERIFY_NONE = 0;
const VERIFY_PEER = 1;
const OPTION_NO_TICKET = 1n << 14n;
// A client would else run Brotli at its best quality over its certificate in every handshake.
const OPTION_NO_TX_CERTIFICATE_COMPRESSION = 1n << 32n;
const OPTION_NO_RX_CERTIFICATE_COMPRESSION = 1n << 33n;

const contexts = new FinalizationRegistry<bigint>((context) => loadOpenSsl().functions.SSL_CTX_free(context));

export class TlsContext implements Disposable {
  readonly role: "client" | "server";
  /** The protocol's name behind its length, as in the extension. */
  readonly #protocol: NativeMemory;
  readonly #openSsl: LoadedOpenSsl;
  #context: bigint;

  /** Throws `TlsUnavailableError`, and `TypeError` for a certificate or key that OpenSSL does not take. */
  static server(options: TlsServerOptions): TlsContext {
    const context = new TlsContext("server", options);
    context.#useCertificate(options);
    return context;
  }

  /** Throws `TlsUnavailableError`. */
  static client(options: TlsClientOptions): TlsContext {
    return new TlsContext("client", options);
  }

  private constructor(role: "client" | "server", options: CommonOptions) {
    this.role = role;
    this.#openSsl = loadOpenSsl();
    const name = toUtf8(options.alpn);
    if (name.length === 0 || name.length > 255) throw new TypeError("the protocol's name has 1 to 255 bytes");
    this.#protocol = NativeMemory.of(Uint8Array.of(name.length, ...name));
    const { functions } = this.#openSsl;
    this.#context = functions.SSL_CTX_new(
      role === "server" ? functions.TLS_server_method() : functions.TLS_client_method(),
    );
    expectDone(this.#context !== NULL, "no memory for a TLS context");
    contexts.register(this, this.#context, this);
    this.#configure(options);
  }

  /** Handshakes that may be made. A client names the server (RFC 6066) if that has a name; an address is none. */
  handshakes(serverName?: string): TlsHandshakeFactory {
    return (transportParameters) => {
      if (this.#context === NULL) throw new Error("the TLS context was disposed");
      return new OpenSslHandshake({
        openSsl: this.#openSsl,
        context: this.#context,
        role: this.role,
        protocol: this.#protocol,
        serverName,
        transportParameters,
      });
    };
  }

  /** Handshakes that are under way go on: OpenSSL counts references. */
  [Symbol.dispose](): void {
    if (this.#context === NULL) return;
    contexts.unregister(this);
    this.#openSsl.functions.SSL_CTX_free(this.#context);
    this.#context = NULL;
  }

  #configure({ groups = GROUP, suites = SUITES }: CommonOptions): void {
    const { functions } = this.#openSsl;
    const context = this.#context;
    const callbacks = callbackAddresses(this.#openSsl);
    functions.SSL_CTX_ctrl(context, Control.minimumVersion, TLS_1_3, NULL);
    functions.SSL_CTX_ctrl(context, Control.maximumVersion, TLS_1_3, NULL);
    const groupsTaken = functions.SSL_CTX_ctrl(context, Control.groupsList, 0n, zeroEnded(groups));
    expectDone(BigInt.asIntN(32, groupsTaken) === 1n, "OpenSSL does not know the group");
    expectDone(
      functions.SSL_CTX_set_ciphersuites(context, zeroEnded(suites)) === 1,
      "OpenSSL does not know the suites",
    );
    functions.SSL_CTX_ctrl(context, Control.sessionCacheMode, 0n, NULL);
    functions.SSL_CTX_ctrl(context, Control.mode, MODE_RELEASE_BUFFERS, NULL);
    functions.SSL_CTX_set_num_tickets(context, 0n);
    functions.SSL_CTX_set_options(
      context,
      OPTION_NO_TICKET | OPTION_NO_TX_CERTIFICATE_COMPRESSION | OPTION_NO_RX_CERTIFICATE_COMPRESSION,
    );
    functions.SSL_CTX_set_keylog_callback(context, callbacks.keyLog);
    functions.SSL_CTX_set_cert_verify_callback(context, callbacks.verifyCertificate, NULL);
    functions.SSL_CTX_set_verify(context, this.role === "server" ? VERIFY_NONE : VERIFY_PEER, NULL);
    if (this.role === "server") functions.SSL_CTX_set_alpn_select_cb(context, callbacks.selectAlpn, NULL);
  }

  #useCertificate({ certificate, privateKey }: TlsServerOptions): void {
    const { functions } = this.#openSsl;
    const accepted = functions.SSL_CTX_use_certificate_ASN1(this.#context, certificate.length, certificate);
    expectDone(accepted === 1, "OpenSSL does not take the certificate");
    const der = NativeMemory.of(privateKey);
    // d2i advances the pointer that it is given, so it gets one of its own.
    const pointer = new NativeMemory(8);
    pointer.view.setBigUint64(0, der.address, true);
    const key = functions.d2i_AutoPrivateKey(NULL, pointer.address, BigInt(privateKey.length));
    der.erase();
    expectDone(key !== NULL, "OpenSSL does not take the private key");
    const used = functions.SSL_CTX_use_PrivateKey(this.#context, key);
    functions.EVP_PKEY_free(key);
    expectDone(used === 1 && functions.SSL_CTX_check_private_key(this.#context) === 1, "key and certificate differ");
  }
}

const zeroEnded = (text: string): Uint8Array => toUtf8(`${text}\0`);

/** Leaves nothing in OpenSSL's error queue, which Node reads as well. */
function expectDone(done: boolean, message: string): void {
  if (done) return;
  loadOpenSsl().functions.ERR_clear_error();
  throw new TypeError(message);
}
