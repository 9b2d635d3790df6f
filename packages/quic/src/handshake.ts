/** The TLS handshake inside QUIC: CRYPTO bytes, keys and transport parameters (RFC 9001 section 4, RFC 9000 section 7). */
import { DecodeError, equalBytes } from "@quicprochat/bytes";
import type { ConnectionState } from "./connection-state.ts";
import { OneRttKeys } from "./key-phase.ts";
import { initialSecrets } from "./key-schedule.ts";
import { localParameters } from "./local-parameters.ts";
import type { PacketNumberSpace } from "./packet-number-space.ts";
import type { PacketProtector } from "./packet-protection.ts";
import { otherRole } from "./role.ts";
import { SessionTickets } from "./session-tickets.ts";
import {
  CipherSuite,
  type CipherSuiteId,
  type TlsHandshake,
  type TlsLevel,
  type TlsSecret,
  type TlsStep,
} from "./tls-handshake.ts";
import { cryptoErrorCode, TransportError, TransportErrorCode } from "./transport-error.ts";
import {
  decodeTransportParameters,
  encodeTransportParameters,
  type TransportParameters,
} from "./transport-parameters.ts";
import { Version } from "./version.ts";

type Directions = { read: PacketProtector | undefined; write: PacketProtector | undefined };

export class Handshake {
  readonly #state: ConnectionState;
  #tls: TlsHandshake | undefined;
  #handshakeKeys: Directions = { read: undefined, write: undefined };
  #applicationKeys: Directions = { read: undefined, write: undefined };
  #suite: CipherSuiteId = CipherSuite.aes128GcmSha256;
  readonly #tickets = new SessionTickets();
  #parametersSeen = false;
  /** The version that an incompatible negotiation left behind (RFC 9368 section 4). */
  #negotiatedFrom: number | undefined;

  constructor(state: ConnectionState) {
    this.#state = state;
    this.installInitialKeys();
  }

  get negotiatedFrom(): number | undefined {
    return this.#negotiatedFrom;
  }

  get tls(): TlsHandshake | undefined {
    return this.#tls;
  }

  /** The peer's parameters have been read and found good. */
  get parametersSeen(): boolean {
    return this.#parametersSeen;
  }

  /** A client's first step. A server starts when the first bytes of a ClientHello come: forgeries cost it no TLS. */
  start(): void {
    const parameters = localParameters(this.#state);
    this.#tls = this.#state.tls(encodeTransportParameters(parameters));
    this.#apply(this.#tls.start());
  }

  /** All over again in another version, before anything of the peer was opened. */
  restart(negotiatedFrom: number): void {
    this.#negotiatedFrom = negotiatedFrom;
    this.free();
    this.installInitialKeys();
    this.start();
  }

  /** From the current version and `initialDestination`: RFC 9001 section 5.2. */
  installInitialKeys(): void {
    const { version, initialDestination, role, config, spaces } = this.#state;
    const secrets = initialSecrets(version, initialDestination);
    const suite = CipherSuite.aes128GcmSha256;
    const protector = (secret: Uint8Array, direction: "read" | "write"): PacketProtector =>
      config.ciphers.packetProtector({ suite, secret, version, direction });
    const [initial] = spaces;
    initial.keys?.read.free();
    initial.keys?.write.free();
    const ours = role === "client" ? secrets.client : secrets.server;
    const theirs = role === "client" ? secrets.server : secrets.client;
    initial.keys = { write: protector(ours, "write"), read: protector(theirs, "read") };
  }

  /** CRYPTO bytes in some order. Throws `TransportError`. */
  onCrypto(space: PacketNumberSpace, offset: number, data: Uint8Array): void {
    const { cryptoReceive } = space;
    if (offset + data.length > cryptoReceive.credit.limit) {
      throw new TransportError(TransportErrorCode.cryptoBufferExceeded, "too many handshake bytes out of order");
    }
    cryptoReceive.receive(offset, data, false);
    for (let next = cryptoReceive.read(); next.kind === "data"; next = cryptoReceive.read()) {
      cryptoReceive.credit.consume(next.bytes.length, { now: 0, roundTrip: 0 });
      this.#feed(space.level, next.bytes);
    }
  }

  /** Gives back what TLS holds; keys stay. */
  releaseTls(): void {
    this.#tls?.free();
    this.#tls = undefined;
  }

  free(): void {
    this.releaseTls();
    for (const keys of [this.#handshakeKeys, this.#applicationKeys]) {
      keys.read?.free();
      keys.write?.free();
    }
    this.#handshakeKeys = { read: undefined, write: undefined };
    this.#applicationKeys = { read: undefined, write: undefined };
  }

  #feed(level: TlsLevel, bytes: Uint8Array): void {
    if (this.#state.role === "server" && this.#tls === undefined && !this.#state.handshakeComplete) this.start();
    if (this.#state.handshakeComplete || this.#tls === undefined) {
      if (this.#state.role === "server")
        throw new TransportError(cryptoErrorCode.unexpectedMessage, "a TLS message after the handshake");
      this.#tickets.skip(bytes);
      return;
    }
    this.#apply(this.#tls.receive(level, bytes));
  }

  #apply(step: TlsStep): void {
    for (const { level, bytes } of step.outgoing) this.#spaceOf(level).cryptoSend.write(bytes);
    if (step.alert !== undefined) {
      throw new TransportError(TransportErrorCode.cryptoError + step.alert, "the TLS handshake failed");
    }
    // Parameters first: keys make us send, within limits that must be known.
    this.#readParameters(step.complete);
    for (const secret of step.secrets) this.#install(secret);
    if (step.complete) this.#complete();
  }

  #spaceOf(level: TlsLevel): PacketNumberSpace {
    const [initial, handshake, application] = this.#state.spaces;
    return level === "initial" ? initial : level === "handshake" ? handshake : application;
  }

  #install({ level, direction, suite, secret }: TlsSecret): void {
    const { version, config, spaces } = this.#state;
    const protector = config.ciphers.packetProtector({ suite, secret, version, direction });
    secret.fill(0);
    const keys = level === "handshake" ? this.#handshakeKeys : this.#applicationKeys;
    keys[direction] = protector;
    this.#suite = suite;
    const { read, write } = keys;
    if (read === undefined || write === undefined) return;
    if (level === "handshake") {
      spaces[1].keys = { read, write };
      this.#handshakeKeys = { read: undefined, write: undefined };
    } else {
      this.#state.oneRtt = new OneRttKeys(this.#suite, write, read);
      this.#applicationKeys = { read: undefined, write: undefined };
    }
  }

  #complete(): void {
    const { oneRtt } = this.#state;
    if (this.#tls === undefined || oneRtt === undefined || this.#state.handshakeComplete) return;
    this.#state.handshakeComplete = true;
    this.#state.phase = "open";
    this.#state.emit({ kind: "connected", facts: this.#tls.facts() });
  }

  #readParameters(complete: boolean): void {
    if (this.#parametersSeen || this.#tls === undefined) return;
    const bytes = this.#tls.peerTransportParameters();
    if (bytes === undefined) {
      if (complete) throw new TransportError(cryptoErrorCode.missingExtension, "the peer sent no transport parameters");
      return;
    }
    let parameters: TransportParameters;
    try {
      parameters = decodeTransportParameters(bytes, otherRole(this.#state.role));
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      throw new TransportError(TransportErrorCode.transportParameterError, error.message);
    }
    this.#checkConnectionIds(parameters);
    this.#checkVersions(parameters);
    this.#parametersSeen = true;
    this.#state.peerParameters = parameters;
    this.#state.streams.setPeerLimits(parameters);
    this.#state.datagrams.setPeerLimit(parameters.maxDatagramFrameSize);
  }

  /** RFC 9000 section 7.3: the ids in the headers were those of the handshake. */
  #checkConnectionIds(parameters: TransportParameters): void {
    const { role, remoteIds, originalDestination, retrySource } = this.#state;
    const good =
      same(parameters.initialSourceConnectionId, remoteIds.first.id) &&
      (role === "server" ||
        (same(parameters.originalDestinationConnectionId, originalDestination) &&
          same(parameters.retrySourceConnectionId, retrySource)));
    if (!good)
      throw new TransportError(TransportErrorCode.transportParameterError, "connection ids do not match the headers");
    if (role === "client" && parameters.statelessResetToken !== undefined) {
      remoteIds.setFirstToken(parameters.statelessResetToken);
    }
  }

  /** RFC 9368 sections 4 and 8. */
  #checkVersions({ versionInformation }: TransportParameters): void {
    const { version, config } = this.#state;
    if (versionInformation === undefined) {
      // Section 8: servers that know version 1 only, and not this parameter, have spoken by that.
      if (this.#negotiatedFrom === undefined || version === Version.one) return;
      throw new TransportError(TransportErrorCode.versionNegotiationError, "no version information");
    }
    const { chosen, available } = versionInformation;
    // Without an attacker, the best of ours that the server has is the one in use.
    const best =
      this.#negotiatedFrom === undefined ? version : config.versions.find((ours) => available.includes(ours));
    if (chosen !== version || best !== version) {
      throw new TransportError(TransportErrorCode.versionNegotiationError, "the version was tampered with");
    }
  }
}

const same = (a: Uint8Array | undefined, b: Uint8Array | undefined): boolean =>
  a === undefined || b === undefined ? a === b : equalBytes(a, b);
