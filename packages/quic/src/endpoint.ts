/** All connections of a socket, client or server or both: RFC 9000 sections 5.2, 6, 8.1 and 10.3. */
import { DecodeError } from "@quicprochat/bytes";
import { QuicConnection } from "./connection.ts";
import { type ConnectionConfig, defaultConnectionConfig } from "./connection-config.ts";
import type { Random } from "./connection-state.ts";
import { DeadlineHeap } from "./deadline-heap.ts";
import { type IdOwner, IdTable } from "./id-table.ts";
import { CONNECTION_ID_BYTES, CONNECTIONS_MAX, HANDSHAKES_MAX, RETRY_FROM_HANDSHAKES } from "./limits.ts";
import { isLongHeader } from "./packet-header.ts";
import type { PathAddress } from "./path.ts";
import { Qlog, type QlogSink } from "./qlog.ts";
import type { EcnCodepoint } from "./received-packets.ts";
import { ServerDoor, type ServerOptions } from "./server-door.ts";
import { StatelessAnswers } from "./stateless-answers.ts";
import { trailingToken } from "./stateless-reset.ts";
import type { TlsHandshakeFactory } from "./tls-handshake.ts";
import type { Transmit } from "./transmitter.ts";
import { Version } from "./version.ts";

export type EndpointOptions = {
  readonly random: Random;
  /** 32 secret bytes; kept over restarts, they let peers learn at once that we have forgotten them. */
  readonly resetKey: Uint8Array;
  readonly config?: Partial<ConnectionConfig>;
  /** Absent: this endpoint takes no connections. */
  readonly server?: ServerOptions;
  /** Yields where the qlog of a connection goes, or `undefined`. */
  readonly qlog?: (connection: {
    readonly role: "client" | "server";
    readonly connectionId: Uint8Array;
  }) => QlogSink | undefined;
};

export type ConnectOptions = {
  readonly address: PathAddress;
  readonly tls: TlsHandshakeFactory;
  /** From `new-token` of an earlier connection to the same server. */
  readonly token?: Uint8Array;
  readonly config?: Partial<ConnectionConfig>;
};

export type ReceiveOptions = { readonly address: PathAddress; readonly ecn?: EcnCodepoint };

const FIRST_DESTINATION_BYTES = 8;
/** No deadline is nearer, so that whatever cannot be done yet costs no more than a look now and then. */
const DEADLINE_STEP_MS = 0.1;

export class Endpoint {
  readonly #random: Random;
  readonly #config: ConnectionConfig;
  readonly #ids: IdTable;
  readonly #door: ServerDoor | undefined;
  readonly #answers: StatelessAnswers;
  readonly #qlog: EndpointOptions["qlog"];
  readonly #connections = new Set<QuicConnection>();
  readonly #handshaking = new Set<QuicConnection>();
  readonly #deadlines = new DeadlineHeap<QuicConnection>();
  /** Those that may have something to send, in order. */
  readonly #ready = new Set<QuicConnection>();
  readonly #eventful = new Set<QuicConnection>();
  readonly #accepted: QuicConnection[] = [];
  /** Ids that clients made up, to be released with their connections. */
  readonly #madeUp = new Map<QuicConnection, Uint8Array>();

  constructor(options: EndpointOptions) {
    this.#random = options.random;
    this.#config = { ...defaultConnectionConfig, ...options.config };
    this.#ids = new IdTable(options.resetKey, options.random);
    this.#answers = new StatelessAnswers(options.random);
    this.#qlog = options.qlog;
    const { server } = options;
    this.#door =
      server === undefined ? undefined : new ServerDoor(server, { random: options.random, config: this.#config });
  }

  get connectionCount(): number {
    return this.#connections.size;
  }

  /** Connection ids and reset tokens that lead to connections. */
  get idCount(): number {
    return this.#ids.idCount + this.#ids.resetCount;
  }

  connect(now: number, options: ConnectOptions): QuicConnection {
    const config = { ...this.#config, ...options.config };
    const initialDestination = this.#random(FIRST_DESTINATION_BYTES);
    const version = config.versions[0] ?? Version.one;
    const owner: IdOwner = { connection: undefined };
    const token = options.token ?? new Uint8Array(0);
    const connection = new QuicConnection(
      {
        ...this.#common(now, "client", initialDestination),
        config,
        version,
        registry: this.#ids.registryOf(owner),
        tls: options.tls,
        initialDestination,
        peerId: initialDestination,
        address: options.address,
        token,
      },
      this.#host,
    );
    owner.connection = connection;
    this.#adopt(connection);
    return connection;
  }

  /** A connection that a client has begun, its handshake still going on: `connected` comes as an event. */
  nextAccepted(): QuicConnection | undefined {
    return this.#accepted.shift();
  }

  /** A connection that has events to be read. */
  nextEventful(): QuicConnection | undefined {
    for (const connection of this.#eventful) {
      this.#eventful.delete(connection);
      return connection;
    }
    return undefined;
  }

  /** A datagram as it came; it is overwritten, and not kept. */
  receive(now: number, datagram: Uint8Array, { address, ecn = 0 }: ReceiveOptions): void {
    const first = datagram[0];
    if (first === undefined) return;
    try {
      if (isLongHeader(first)) this.#receiveLong(now, datagram, { address, ecn });
      else this.#receiveShort(now, datagram, { address, ecn });
    } catch (error) {
      // What nobody can read is dropped (section 5.2).
      if (!(error instanceof DecodeError)) throw error;
    }
  }

  /**
   * The next datagrams to send, written into `into` (65,536 bytes are plenty, 1,500 the least). Call it after every
   * `receive`, `onDeadline` and use of a connection, until it yields `undefined`; then arm a timer for `deadline`.
   */
  transmit(now: number, into: Uint8Array): Transmit | undefined {
    const answer = this.#answers.next(into);
    if (answer !== undefined) return answer;
    for (const connection of this.#ready) {
      this.#ready.delete(connection);
      const transmit = connection.transmit(now, into);
      if (transmit !== undefined) {
        // To the end of the queue: others are waiting.
        this.#ready.add(connection);
        return transmit;
      }
      this.#settle(now, connection);
    }
    return undefined;
  }

  get deadline(): number {
    return this.#deadlines.earliest;
  }

  onDeadline(now: number): void {
    for (let due = this.#deadlines.due(now); due !== undefined; due = this.#deadlines.due(now)) {
      due.onDeadline(now);
      // Whatever the connection wants now it says after it was asked to transmit.
      this.#deadlines.set(due, Number.POSITIVE_INFINITY);
      if (due.isEnded) this.#forget(due);
      else this.#ready.add(due);
    }
  }

  /** Takes no more connections; those that are there go on. */
  stop(): void {
    this.#door?.shut();
  }

  /** Ends all connections. Go on until `connectionCount` is 0, or do not: what matters is sent at once. */
  close(now: number, code: number, reason: string): void {
    for (const connection of this.#connections) connection.close(now, code, reason);
  }

  readonly #host = {
    wake: (connection: QuicConnection): void => {
      if (this.#connections.has(connection)) this.#ready.add(connection);
    },
    notify: (connection: QuicConnection): void => {
      this.#eventful.add(connection);
    },
  };

  #common(now: number, role: "client" | "server", connectionId: Uint8Array) {
    const sink = this.#qlog?.({ role, connectionId });
    const qlog = sink === undefined ? undefined : new Qlog(sink, { role, connectionId, now });
    return { now, role, random: this.#random, qlog };
  }

  #adopt(connection: QuicConnection): void {
    this.#connections.add(connection);
    this.#handshaking.add(connection);
    this.#ready.add(connection);
  }

  /** The connection has nothing to send: note its deadline, and whether its handshake is over. */
  #settle(now: number, connection: QuicConnection): void {
    if (!connection.isHandshaking) this.#handshaking.delete(connection);
    if (connection.isEnded) this.#forget(connection);
    else this.#deadlines.set(connection, Math.max(connection.deadline, now + DEADLINE_STEP_MS));
  }

  #forget(connection: QuicConnection): void {
    this.#connections.delete(connection);
    this.#handshaking.delete(connection);
    this.#ready.delete(connection);
    this.#deadlines.delete(connection);
    const madeUp = this.#madeUp.get(connection);
    if (madeUp === undefined) return;
    this.#madeUp.delete(connection);
    this.#ids.release(madeUp);
  }

  #receiveShort(now: number, datagram: Uint8Array, { address, ecn }: Required<ReceiveOptions>): void {
    if (datagram.length < 1 + CONNECTION_ID_BYTES) return;
    const id = datagram.subarray(1, 1 + CONNECTION_ID_BYTES);
    const connection = this.#ids.find(id);
    if (connection?.receive(datagram, { now, address, ecn }) === true) return;
    // The last bytes, where a packet has its tag, are never overwritten.
    const token = trailingToken(datagram);
    const resetting = token === undefined ? undefined : this.#ids.findReset(token);
    if (resetting !== undefined) {
      resetting.onStatelessReset();
      this.#settle(now, resetting);
    } else if (connection === undefined) {
      this.#answers.reset(now, address, { token: this.#ids.resetToken(id), length: datagram.length });
    }
  }

  #receiveLong(now: number, datagram: Uint8Array, { address, ecn }: Required<ReceiveOptions>): void {
    const destinationBytes = datagram[5] ?? 0;
    const destination = datagram.subarray(6, 6 + destinationBytes);
    const connection = this.#ids.find(destination);
    if (connection !== undefined) {
      const negotiates = datagram[1] === 0 && datagram[2] === 0 && datagram[3] === 0 && datagram[4] === 0;
      if (negotiates) connection.onVersionNegotiation(datagram);
      else connection.receive(datagram, { now, address, ecn });
      return;
    }
    const admission = this.#door?.admit(now, datagram, { address, load: this.#load(), answers: this.#answers });
    if (admission === undefined) return;
    const owner: IdOwner = { connection: undefined };
    if (!this.#ids.claim(destination, owner)) return;
    const opening = { ...this.#common(now, "server", admission.originalDestination), ...admission, address };
    const accepted = new QuicConnection({ ...opening, registry: this.#ids.registryOf(owner) }, this.#host);
    owner.connection = accepted;
    this.#adopt(accepted);
    this.#madeUp.set(accepted, destination.slice());
    // Nobody hears of a connection before it has opened a packet: its keys are known to all.
    if (accepted.receive(datagram, { now, address, ecn })) this.#accepted.push(accepted);
    else this.#drop(accepted);
  }

  #load(): "free" | "busy" | "full" {
    if (this.#connections.size >= CONNECTIONS_MAX || this.#handshaking.size >= HANDSHAKES_MAX) return "full";
    return this.#handshaking.size >= RETRY_FROM_HANDSHAKES ? "busy" : "free";
  }

  #drop(connection: QuicConnection): void {
    connection.abandon();
    this.#forget(connection);
    this.#eventful.delete(connection);
  }
}
