/** What the parts of one connection share. Each part changes its own fields; `QuicConnection` puts them together. */
import type { ConnectionConfig } from "./connection-config.ts";
import type { ConnectionEnd, ConnectionEvent } from "./connection-event.ts";
import { ControlQueue } from "./control-queue.ts";
import { DatagramQueue } from "./datagram-queue.ts";
import type { OneRttKeys } from "./key-phase.ts";
import { EVENTS_QUEUED_MAX } from "./limits.ts";
import { type IdRegistry, type LocalId, LocalIds } from "./local-ids.ts";
import { PacketNumberSpace } from "./packet-number-space.ts";
import type { PathAddress } from "./path.ts";
import type { Qlog } from "./qlog.ts";
import { RemoteIds } from "./remote-ids.ts";
import type { Role } from "./role.ts";
import { SendStream } from "./send-stream.ts";
import { Streams } from "./streams.ts";
import type { TlsHandshakeFactory } from "./tls-handshake.ts";
import { TransportError, TransportErrorCode } from "./transport-error.ts";
import { defaultTransportParameters, type TransportParameters } from "./transport-parameters.ts";
import type { Version } from "./version.ts";

/** `length` bytes that nobody can guess. */
export type Random = (length: number) => Uint8Array;

export type ConnectionOptions = {
  readonly role: Role;
  readonly config: ConnectionConfig;
  readonly version: Version;
  readonly random: Random;
  readonly registry: IdRegistry;
  readonly tls: TlsHandshakeFactory;
  readonly qlog: Qlog | undefined;
  /** The destination of the client's first Initial packet, from which Initial keys come. */
  readonly initialDestination: Uint8Array;
  /** The peer's source connection id, for a server; the client starts with `initialDestination`. */
  readonly peerId: Uint8Array;
  readonly now: number;
  readonly address: PathAddress;
  /** Where a Retry came in between: the client's very first destination, and the id that the Retry gave. */
  readonly originalDestination?: Uint8Array;
  readonly retrySource?: Uint8Array;
  /** The client has shown a token: its address is its own. */
  readonly validated?: boolean;
  /** Of a client, from an earlier connection. */
  readonly token?: Uint8Array;
  /** Of a server: makes a token for the client's next connection. */
  readonly newToken?: (now: number, address: PathAddress) => Uint8Array;
};

/** RFC 9000 section 10: an ended connection lingers for a while. */
export type Phase = "handshake" | "open" | "closing" | "draining" | "ended";

export type Spaces = readonly [
  initial: PacketNumberSpace,
  handshake: PacketNumberSpace,
  application: PacketNumberSpace,
];

export class ConnectionState {
  readonly role: Role;
  readonly config: ConnectionConfig;
  readonly random: Random;
  readonly registry: IdRegistry;
  readonly tls: TlsHandshakeFactory;
  readonly qlog: Qlog | undefined;
  readonly spaces: Spaces;
  readonly streams: Streams;
  readonly localIds: LocalIds;
  readonly firstLocalId: LocalId;
  readonly remoteIds: RemoteIds;
  /** Connection level frames of 1-RTT packets. */
  readonly control = new ControlQueue();
  readonly datagrams: DatagramQueue;
  version: Version;
  phase: Phase = "handshake";
  oneRtt: OneRttKeys | undefined;
  /** TLS is done, and 1-RTT packets may be read and written. */
  handshakeComplete = false;
  handshakeConfirmed = false;
  /** A packet of the peer was opened. */
  heardOfPeer = false;
  peerParameters: TransportParameters = defaultTransportParameters;
  initialDestination: Uint8Array;
  /** Of Retry or NEW_TOKEN, in the client's Initial packets. */
  token: Uint8Array = new Uint8Array(0);
  /** Source of the Retry packet that the client followed, or that the server had sent. */
  retrySource: Uint8Array | undefined;
  /** The destination of the very first Initial packet, before a Retry. */
  originalDestination: Uint8Array;
  pingDue = false;
  end: ConnectionEnd | undefined;
  readonly newToken: ConnectionOptions["newToken"];
  readonly #events: ConnectionEvent[] = [];
  readonly #notify: () => void;

  /** `notify` is called for every event. */
  constructor(options: ConnectionOptions, notify: () => void) {
    this.#notify = notify;
    this.role = options.role;
    this.config = options.config;
    this.random = options.random;
    this.registry = options.registry;
    this.tls = options.tls;
    this.qlog = options.qlog;
    this.version = options.version;
    this.initialDestination = options.initialDestination;
    this.originalDestination = options.originalDestination ?? options.initialDestination;
    this.retrySource = options.retrySource;
    this.token = options.token ?? this.token;
    this.newToken = options.newToken;
    const skip = this.random(1)[0] ?? 0;
    this.spaces = [
      new PacketNumberSpace("initial", skip),
      new PacketNumberSpace("handshake", skip),
      new PacketNumberSpace("application", skip),
    ];
    this.localIds = new LocalIds(options.registry);
    this.firstLocalId = this.localIds.issue();
    this.remoteIds = new RemoteIds({ sequence: 0, id: options.peerId, resetToken: undefined }, options.registry);
    this.datagrams = new DatagramQueue(options.config.datagramFrameBytesMax);
    const { config } = options;
    const emit = (event: ConnectionEvent): void => this.emit(event);
    this.streams = new Streams({ role: this.role, limits: config, emit, onHeldBytes: config.onHeldBytes });
  }

  /** Throws `TransportError` when the application is too far behind. */
  emit(event: ConnectionEvent): void {
    if (this.#events.length >= EVENTS_QUEUED_MAX) {
      throw new TransportError(TransportErrorCode.internalError, "too many events wait to be read");
    }
    this.#events.push(event);
    this.#notify();
  }

  /** The last event; there is always room for it. */
  emitClosed(end: ConnectionEnd): void {
    this.end = end;
    this.streams.held.drop();
    this.#events.push({ kind: "closed", end });
    this.#notify();
  }

  nextEvent(): ConnectionEvent | undefined {
    return this.#events.shift();
  }

  /** Another ClientHello is to be sent instead: nothing of the first may go out any more. */
  restartHandshakeBytes(): void {
    this.spaces[0].cryptoSend = new SendStream(0, Number.POSITIVE_INFINITY);
  }

  get isEnding(): boolean {
    return this.phase === "closing" || this.phase === "draining" || this.phase === "ended";
  }
}
