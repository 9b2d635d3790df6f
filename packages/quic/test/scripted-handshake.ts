/**
 * A stand-in for TLS in tests: no cryptography, yet the messages, sizes, levels and secrets of a TLS 1.3 handshake with a
 * post-quantum key share, whose ClientHello takes two datagrams.
 */
import { createHash } from "node:crypto";
import { concatBytes, toUtf8 } from "@quicprochat/bytes";
import {
  CipherSuite,
  type CipherSuiteId,
  type TlsFacts,
  type TlsHandshake,
  type TlsHandshakeFactory,
  type TlsLevel,
  type TlsOutput,
  type TlsSecret,
  type TlsStep,
} from "../src/index.ts";

const MessageType = { clientHello: 1, serverHello: 2, encryptedExtensions: 8, certificate: 11, finished: 20 } as const;

const sizes = { clientHello: 1700, serverHello: 1220, certificate: 900, finished: 36 } as const;

export type ScriptedOptions = {
  readonly role: "client" | "server";
  readonly seed: Uint8Array;
  readonly suite?: CipherSuiteId;
  /** The server raises this alert instead of answering. */
  readonly alert?: number;
  readonly omitTransportParameters?: boolean;
};

export const scriptedTls =
  (options: ScriptedOptions): TlsHandshakeFactory =>
  (transportParameters) =>
    new ScriptedHandshake(options, transportParameters);

class ScriptedHandshake implements TlsHandshake {
  readonly #options: ScriptedOptions;
  readonly #parameters: Uint8Array;
  #buffer: Uint8Array = new Uint8Array(0);
  #peerParameters: Uint8Array | undefined;
  #transcript: Uint8Array = new Uint8Array(0);
  #outgoing: TlsOutput[] = [];
  #secrets: TlsSecret[] = [];
  #complete = false;
  #alert: number | undefined;
  #freed = false;

  constructor(options: ScriptedOptions, parameters: Uint8Array) {
    this.#options = options;
    this.#parameters = parameters;
  }

  start(): TlsStep {
    if (this.#options.role === "client") {
      const hello = concatBytes(lengthPrefixed(this.#ownParameters), padding(this.#options.seed, sizes.clientHello));
      this.#send("initial", MessageType.clientHello, hello);
    }
    return this.#step();
  }

  receive(level: TlsLevel, bytes: Uint8Array): TlsStep {
    if (this.#freed) throw new Error("used after free");
    this.#buffer = concatBytes(this.#buffer, bytes);
    for (;;) {
      const length = ((this.#buffer[1] ?? 0) << 16) | ((this.#buffer[2] ?? 0) << 8) | (this.#buffer[3] ?? 0);
      if (this.#buffer.length < 4 || this.#buffer.length < 4 + length) return this.#step();
      const message = this.#buffer.slice(0, 4 + length);
      this.#buffer = this.#buffer.slice(4 + length);
      this.#onMessage(level, message[0] ?? 0, message);
    }
  }

  peerTransportParameters(): Uint8Array | undefined {
    return this.#peerParameters;
  }

  facts(): TlsFacts {
    if (!this.#complete) throw new Error("not complete");
    return { keyExchange: "X25519MLKEM768", peerCertificate: null, alpn: "test" };
  }

  exportKey({ label, context, length }: { label: string; context: Uint8Array; length: number }): Uint8Array {
    return this.#derive(`exporter ${label}`, context).slice(0, length);
  }

  free(): void {
    this.#freed = true;
  }

  get #ownParameters(): Uint8Array {
    return this.#options.omitTransportParameters === true ? new Uint8Array(0) : this.#parameters;
  }

  #onMessage(level: TlsLevel, type: number, message: Uint8Array): void {
    const expected = this.#options.role === "server" ? serverExpects : clientExpects;
    if (expected[type] !== level) {
      this.#alert = 10;
      return;
    }
    if (type === MessageType.clientHello) this.#onClientHello(message);
    else if (type === MessageType.serverHello) {
      this.#transcript = concatBytes(this.#transcript, message);
      this.#yieldSecrets("handshake");
    } else if (type === MessageType.encryptedExtensions) this.#takeParameters(message);
    else if (type === MessageType.finished) this.#onFinished();
  }

  #onClientHello(message: Uint8Array): void {
    if (this.#options.alert !== undefined) {
      this.#alert = this.#options.alert;
      return;
    }
    this.#takeParameters(message);
    this.#transcript = concatBytes(this.#transcript, message);
    this.#send("initial", MessageType.serverHello, padding(this.#options.seed, sizes.serverHello));
    this.#yieldSecrets("handshake");
    this.#send("handshake", MessageType.encryptedExtensions, lengthPrefixed(this.#ownParameters));
    this.#send("handshake", MessageType.certificate, padding(this.#options.seed, sizes.certificate));
    this.#send("handshake", MessageType.finished, padding(this.#options.seed, sizes.finished));
    this.#yieldSecrets("application");
  }

  #onFinished(): void {
    this.#complete = true;
    if (this.#options.role === "server") return;
    this.#send("handshake", MessageType.finished, padding(this.#options.seed, sizes.finished));
    this.#yieldSecrets("application");
  }

  #takeParameters(message: Uint8Array): void {
    const length = ((message[4] ?? 0) << 8) | (message[5] ?? 0);
    if (length > 0) this.#peerParameters = message.slice(6, 6 + length);
  }

  #send(level: TlsLevel, type: number, body: Uint8Array): void {
    const message = concatBytes(Uint8Array.of(type, 0, body.length >>> 8, body.length & 0xff), body);
    if (level === "initial") this.#transcript = concatBytes(this.#transcript, message);
    this.#outgoing.push({ level, bytes: message });
  }

  #yieldSecrets(level: "handshake" | "application"): void {
    const suite = this.#options.suite ?? CipherSuite.aes128GcmSha256;
    const ofClient = this.#derive(`${level} client`);
    const ofServer = this.#derive(`${level} server`);
    const isClient = this.#options.role === "client";
    this.#secrets.push({ level, direction: "write", suite, secret: isClient ? ofClient : ofServer });
    this.#secrets.push({ level, direction: "read", suite, secret: isClient ? ofServer : ofClient });
  }

  #derive(label: string, context: Uint8Array = new Uint8Array(0)): Uint8Array {
    const size = this.#options.suite === CipherSuite.aes256GcmSha384 ? 48 : 32;
    const digest = createHash("sha512").update(this.#transcript).update(toUtf8(label)).update(context).digest();
    return new Uint8Array(digest.subarray(0, size));
  }

  #step(): TlsStep {
    const outgoing = this.#outgoing;
    const secrets = this.#secrets;
    this.#outgoing = [];
    this.#secrets = [];
    const step = { outgoing, secrets, complete: this.#complete };
    return this.#alert === undefined ? step : { ...step, alert: this.#alert };
  }
}

const serverExpects: Readonly<Record<number, TlsLevel>> = {
  [MessageType.clientHello]: "initial",
  [MessageType.finished]: "handshake",
};

const clientExpects: Readonly<Record<number, TlsLevel>> = {
  [MessageType.serverHello]: "initial",
  [MessageType.encryptedExtensions]: "handshake",
  [MessageType.certificate]: "handshake",
  [MessageType.finished]: "handshake",
};

const lengthPrefixed = (bytes: Uint8Array): Uint8Array =>
  concatBytes(Uint8Array.of(bytes.length >>> 8, bytes.length & 0xff), bytes);

function padding(seed: Uint8Array, length: number): Uint8Array {
  const bytes = new Uint8Array(length).fill(0x5a);
  bytes.set(seed.subarray(0, Math.min(seed.length, length)));
  return bytes;
}
