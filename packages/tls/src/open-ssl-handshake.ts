/** One TLS 1.3 handshake for QUIC by OpenSSL: RFC 9001 section 4. OpenSSL's part of it is freed as soon as it is done. */
import { fromUtf8 } from "@quicprochat/bytes";
import type { Secret } from "@quicprochat/crypto";
import {
  CipherSuite,
  type CipherSuiteId,
  type TlsFacts,
  type TlsHandshake,
  type TlsLevel,
  type TlsOutput,
  type TlsSecret,
  type TlsStep,
} from "@quicprochat/quic";
import { Alert } from "./alert.ts";
import { type ExportOptions, exportKeyingMaterial } from "./exporter.ts";
import { callbackAddresses, type HandshakeEvents, withCallbacks } from "./ffi/callbacks.ts";
import { NativeMemory } from "./ffi/native-memory.ts";
import { type LoadedOpenSsl, loadOpenSsl, NULL } from "./ffi/open-ssl.ts";
import { exporterSecretOf } from "./key-log.ts";
import { HANDSHAKE_BYTES_MAX } from "./limits.ts";
import { containsProtocol } from "./protocol-list.ts";
import { agreedOn, cipherSuiteOf, groupOf, peerCertificateOf } from "./session-facts.ts";
import { TlsInput } from "./tls-input.ts";
import { TlsUnavailableError } from "./tls-unavailable-error.ts";

export type OpenSslHandshakeOptions = {
  readonly openSsl: LoadedOpenSsl;
  /** `SSL_CTX`. */
  readonly context: bigint;
  readonly role: "client" | "server";
  /** Our protocol's name behind its length. */
  readonly protocol: NativeMemory;
  readonly serverName: string | undefined;
  readonly transportParameters: Uint8Array;
};

const SSL_ERROR_WANT_READ = 2;
const CONTROL_SET_SERVER_NAME = 55;
const levels: Readonly<Record<number, TlsLevel>> = { 0: "initial", 2: "handshake", 3: "application" };

const abandoned = new FinalizationRegistry<bigint>((ssl) => loadOpenSsl().functions.SSL_free(ssl));

export class OpenSslHandshake implements TlsHandshake, HandshakeEvents {
  readonly #openSsl: LoadedOpenSsl;
  readonly #role: "client" | "server";
  readonly #protocol: NativeMemory;
  /** OpenSSL reads them when it sends them. */
  readonly #parameters: NativeMemory;
  readonly #input = new TlsInput();
  #ssl: bigint;
  #readLevel: TlsLevel = "initial";
  #writeLevel: TlsLevel = "initial";
  #received = 0;
  #outgoing: TlsOutput[] = [];
  #secrets: Omit<TlsSecret, "suite">[] = [];
  #suite: CipherSuiteId | undefined;
  #peerParameters: Uint8Array | undefined;
  #exporterSecret: Secret | undefined;
  #alert: number | undefined;
  #facts: TlsFacts | undefined;

  constructor(options: OpenSslHandshakeOptions) {
    const { openSsl, context, role, protocol, serverName, transportParameters } = options;
    this.#openSsl = openSsl;
    this.#role = role;
    this.#protocol = protocol;
    this.#parameters = NativeMemory.of(transportParameters);
    const { functions } = openSsl;
    this.#ssl = functions.SSL_new(context);
    if (this.#ssl === NULL) throw new Error("no memory for a TLS handshake");
    abandoned.register(this, this.#ssl, this);
    const { dispatch } = callbackAddresses(openSsl);
    const { address } = this.#parameters;
    const ready =
      functions.SSL_set_quic_tls_cbs(this.#ssl, dispatch, NULL) === 1 &&
      functions.SSL_set_quic_tls_transport_params(this.#ssl, address, BigInt(transportParameters.length)) === 1;
    if (!ready) throw new TlsUnavailableError("self-test");
    if (role === "server") functions.SSL_set_accept_state(this.#ssl);
    else this.#prepareClient(serverName);
  }

  start(): TlsStep {
    return this.#role === "client" ? this.#advance() : this.#takeStep();
  }

  receive(level: TlsLevel, bytes: Uint8Array): TlsStep {
    if (this.#ssl === NULL) return this.#takeStep();
    this.#received += bytes.length;
    if (this.#received > HANDSHAKE_BYTES_MAX) return this.#fail(Alert.recordOverflow);
    // RFC 9001 section 4.1.3: nothing may follow at a level that TLS has left, nor come ahead of it.
    if (level !== this.#readLevel) return this.#fail(Alert.unexpectedMessage);
    this.#input.add(bytes);
    return this.#advance();
  }

  peerTransportParameters(): Uint8Array | undefined {
    return this.#peerParameters;
  }

  facts(): TlsFacts {
    if (this.#facts === undefined) throw new Error("the handshake is not complete");
    return this.#facts;
  }

  exportKey(options: ExportOptions): Uint8Array {
    if (this.#facts === undefined || this.#exporterSecret === undefined) {
      throw new Error("the handshake is not complete, or was freed");
    }
    const hash = this.#suite === CipherSuite.aes256GcmSha384 ? "sha384" : "sha256";
    return exportKeyingMaterial(hash, this.#exporterSecret.bytes, options);
  }

  free(): void {
    this.#freeOpenSsl();
    this.#exporterSecret?.erase();
    this.#exporterSecret = undefined;
    this.#dropSecrets();
  }

  onCryptoSend(bytes: Uint8Array): void {
    this.#outgoing.push({ level: this.#writeLevel, bytes: new Uint8Array(bytes) });
  }

  nextInput(): { readonly address: bigint; readonly length: number } | undefined {
    return this.#input.next();
  }

  releaseInput(length: number): boolean {
    return this.#input.release(length);
  }

  onSecret(protectionLevel: number, direction: "read" | "write", bytes: Uint8Array): void {
    const level = levels[protectionLevel];
    if (level === undefined || level === "initial") throw new Error("a secret of a level that is never used");
    // Bytes that came before the keys of the next level belong to none.
    if (direction === "write") this.#writeLevel = level;
    else if (this.#input.isEmpty) this.#readLevel = level;
    else this.#alert ??= Alert.unexpectedMessage;
    this.#secrets.push({ level, direction, secret: new Uint8Array(bytes) });
  }

  onTransportParameters(bytes: Uint8Array): void {
    this.#peerParameters = new Uint8Array(bytes);
  }

  onAlert(code: number): void {
    this.#alert ??= code;
  }

  onKeyLog(line: Uint8Array): void {
    this.#exporterSecret ??= exporterSecretOf(line);
  }

  selectProtocol(offered: Uint8Array): { readonly address: bigint; readonly length: number } | undefined {
    const name = this.#protocolName;
    return containsProtocol(offered, name) ? { address: this.#protocol.address + 1n, length: name.length } : undefined;
  }

  get #protocolName(): Uint8Array {
    return this.#protocol.bytes.subarray(1);
  }

  #prepareClient(serverName: string | undefined): void {
    const { functions } = this.#openSsl;
    functions.SSL_set_connect_state(this.#ssl);
    functions.SSL_set_alpn_protos(this.#ssl, this.#protocol.address, this.#protocol.bytes.length);
    if (serverName !== undefined) functions.SSL_ctrl(this.#ssl, CONTROL_SET_SERVER_NAME, 0n, serverName);
  }

  #advance(): TlsStep {
    const { functions } = this.#openSsl;
    const ssl = this.#ssl;
    // The queue is the thread's: what others left would be taken for an error of this call, and ours for theirs.
    functions.ERR_clear_error();
    const result = withCallbacks(this, () => functions.SSL_do_handshake(ssl));
    const waits = result !== 1 && functions.SSL_get_error(ssl, result) === SSL_ERROR_WANT_READ;
    functions.ERR_clear_error();
    if (this.#alert !== undefined) return this.#fail(this.#alert);
    if (result !== 1 && !waits) return this.#fail(Alert.internalError);
    if (this.#secrets.length > 0) this.#suite ??= cipherSuiteOf(functions, ssl);
    if (this.#secrets.length > 0 && this.#suite === undefined) return this.#fail(Alert.internalError);
    // RFC 9001 section 8.1: both ends insist on a protocol. The client learns of it behind the first secrets.
    const known = this.#role === "server" ? this.#suite !== undefined : result === 1;
    if (known && !agreedOn(functions, ssl, this.#protocolName)) return this.#fail(Alert.noApplicationProtocol);
    return result === 1 ? this.#complete() : this.#takeStep();
  }

  #complete(): TlsStep {
    const { functions } = this.#openSsl;
    if (!this.#input.isEmpty) return this.#fail(Alert.unexpectedMessage);
    if (this.#exporterSecret === undefined) return this.#fail(Alert.internalError);
    const peerCertificate = peerCertificateOf(functions, this.#ssl);
    if (peerCertificate === "too-large") return this.#fail(Alert.badCertificate);
    this.#facts = {
      keyExchange: groupOf(functions, this.#ssl),
      peerCertificate,
      alpn: fromUtf8(this.#protocolName),
    };
    this.#freeOpenSsl();
    return this.#takeStep();
  }

  #fail(alert: number): TlsStep {
    this.#alert = alert;
    this.#facts = undefined;
    this.free();
    return this.#takeStep();
  }

  /** What has come of the calls since the last step. */
  #takeStep(): TlsStep {
    const outgoing = this.#outgoing;
    const suite = this.#suite;
    const secrets = suite === undefined ? [] : this.#secrets.map((secret): TlsSecret => ({ ...secret, suite }));
    this.#outgoing = [];
    this.#secrets = [];
    const step = { outgoing, secrets, complete: this.#facts !== undefined };
    return this.#alert === undefined ? step : { ...step, alert: this.#alert };
  }

  #dropSecrets(): void {
    for (const { secret } of this.#secrets) secret.fill(0);
    this.#secrets = [];
  }

  #freeOpenSsl(): void {
    if (this.#ssl === NULL) return;
    abandoned.unregister(this);
    this.#openSsl.functions.SSL_free(this.#ssl);
    this.#ssl = NULL;
    this.#input.clear();
  }
}
