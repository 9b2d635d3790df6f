/** Who may begin a connection with a server: version negotiation, Retry, tokens, refusals (RFC 9000 sections 5.2.2, 6, 8.1). */
import type { ConnectionConfig } from "./connection-config.ts";
import type { Random } from "./connection-state.ts";
import { CONNECTION_ID_BYTES, DATAGRAM_BYTES_MIN } from "./limits.ts";
import { type LongHeader, readInvariantHeader, readLongHeader } from "./packet-header.ts";
import { PacketReader } from "./packet-reader.ts";
import type { PathAddress } from "./path.ts";
import { encodeRetry } from "./retry.ts";
import type { StatelessAnswers } from "./stateless-answers.ts";
import type { TlsHandshakeFactory } from "./tls-handshake.ts";
import { Tokens } from "./tokens.ts";
import { TransportErrorCode } from "./transport-error.ts";
import { knownVersion, type Version } from "./version.ts";
import { encodeVersionNegotiation } from "./version-negotiation.ts";

export type ServerOptions = {
  readonly tls: TlsHandshakeFactory;
  /** 16 secret bytes that seal tokens. */
  readonly tokenKey: Uint8Array;
  /** `when-busy`: from many unfinished handshakes on. */
  readonly retry: "always" | "when-busy";
};

/** What a new server connection is made of. */
export type Admission = {
  readonly config: ConnectionConfig;
  readonly version: Version;
  readonly tls: TlsHandshakeFactory;
  readonly initialDestination: Uint8Array;
  readonly originalDestination: Uint8Array;
  readonly peerId: Uint8Array;
  readonly retrySource?: Uint8Array;
  /** The client has shown a token: its address is its own. */
  readonly validated: boolean;
  /** For a later connection of the same client. */
  readonly newToken: (now: number, address: PathAddress) => Uint8Array;
};

type Caller = {
  readonly address: PathAddress;
  readonly load: "free" | "busy" | "full";
  readonly answers: StatelessAnswers;
};

/** RFC 9000 section 7.2: a client's first destination has at least so many bytes. */
const DESTINATION_BYTES_MIN = 8;
const RESERVED_VERSION = 0x1a2a_3a4a;

export class ServerDoor {
  readonly #options: ServerOptions;
  readonly #config: ConnectionConfig;
  readonly #random: Random;
  readonly #tokens: Tokens;
  #open = true;

  constructor(
    options: ServerOptions,
    { random, config }: { readonly random: Random; readonly config: ConnectionConfig },
  ) {
    this.#options = options;
    this.#config = config;
    this.#random = random;
    this.#tokens = new Tokens(options.tokenKey, random);
  }

  /** No more connections: clients are refused. */
  shut(): void {
    this.#open = false;
  }

  /** A long header datagram that leads to no connection. Throws `DecodeError`. */
  admit(now: number, datagram: Uint8Array, caller: Caller): Admission | undefined {
    // Smaller ones are not a client's first, and an answer would amplify (section 14.1).
    if (datagram.length < DATAGRAM_BYTES_MIN) return undefined;
    const { version: number, destination, source } = readInvariantHeader(new PacketReader(datagram));
    const version = knownVersion(number);
    if (version === undefined || !this.#config.versions.includes(version)) {
      if (number !== 0) this.#negotiate(caller, { destination: source, source: destination });
      return undefined;
    }
    const header = readLongHeader(datagram, 0);
    if (header.type !== "initial" || header.destination.length < DESTINATION_BYTES_MIN) return undefined;
    return this.#judge(now, header, caller);
  }

  #judge(now: number, header: LongHeader, { address, load, answers }: Caller): Admission | undefined {
    const verdict = header.token.length === 0 ? undefined : this.#tokens.open(now, address.remote, header.token);
    const refuse = (code: number): undefined => answers.refuse(address, { header, code });
    if (load === "full" || !this.#open) return refuse(TransportErrorCode.connectionRefused);
    const common = {
      config: this.#config,
      version: header.version,
      tls: this.#options.tls,
      initialDestination: header.destination.slice(),
      peerId: header.source.slice(),
      newToken: (when: number, where: PathAddress) => this.#tokens.later(when, where.remote),
    };
    if (verdict?.kind === "retry") {
      const { originalDestination, retrySource } = verdict;
      // The token is good only together with the id that was given with it (section 8.1.3).
      if (Buffer.compare(retrySource, header.destination) !== 0) return refuse(TransportErrorCode.invalidToken);
      return { ...common, originalDestination, retrySource, validated: true };
    }
    const validated = verdict?.kind === "later";
    if (!validated && (load === "busy" || this.#options.retry === "always")) {
      this.#retry(now, header, { address, load, answers });
      return undefined;
    }
    return { ...common, originalDestination: common.initialDestination, validated };
  }

  #retry(now: number, header: LongHeader, { address, answers }: Caller): void {
    const source = this.#random(CONNECTION_ID_BYTES);
    const { version, destination: originalDestination } = header;
    const token = this.#tokens.retry(now, address.remote, { originalDestination, retrySource: source });
    const fields = { version, destination: header.source, source, token, originalDestination };
    answers.push(address, encodeRetry(fields, this.#random(1)[0] ?? 0));
  }

  #negotiate(
    { address, answers }: Caller,
    ids: { readonly destination: Uint8Array; readonly source: Uint8Array },
  ): void {
    const versions = [...this.#config.versions, RESERVED_VERSION];
    answers.push(address, encodeVersionNegotiation({ ...ids, versions }, this.#random(1)[0] ?? 0));
  }
}
