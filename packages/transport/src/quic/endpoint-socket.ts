/** One UDP socket with the QUIC connections behind it: datagrams, time and events on their way between them. */
import { type ConnectOptions, Endpoint, type EndpointOptions, type QuicConnection } from "@quicprochat/quic";
import { openSslCipherProvider } from "@quicprochat/tls";
import { type BindOptions, bind, type Datagram, type UdpSocket } from "@quicprochat/udp";
import { pooledRandom } from "./pooled-random.ts";
import { qlogInto } from "./qlog-file.ts";
import { processBudget, type WriteBudget } from "./write-budget.ts";

/** Who uses a connection, and is told that it has events. */
export type EventTaker = { onEvents(): void };

export type EndpointSocketOptions = BindOptions & {
  readonly endpoint: Omit<EndpointOptions, "random" | "qlog">;
  /** The process's, but for tests. */
  readonly budget?: WriteBudget;
  /** A client has begun a connection; whoever returns takes its events. */
  readonly onAccepted?: (connection: QuicConnection) => EventTaker;
  /** Nobody listens where we have sent. */
  readonly onRefused?: () => void;
};

/** Rounds of events that lead to packets in one turn of the event loop. */
const ROUNDS_MAX = 16;
/** Timers of Node are no finer; what is due sooner is looked for in each turn. */
const TIMER_MS_MIN = 1;
const TIMER_MS_MAX: number = 2 ** 30;
/** RFC 9000 section 14: what is sent where larger datagrams would be cut up. */
const DATAGRAM_BYTES_SAFE = 1_200;

export class EndpointSocket {
  readonly budget: WriteBudget;
  readonly #options: EndpointSocketOptions;
  readonly #endpoint: Endpoint;
  readonly #takers = new Map<QuicConnection, EventTaker>();
  readonly #socket: UdpSocket;
  #timer: NodeJS.Timeout | undefined;
  #timerAt = Number.POSITIVE_INFINITY;
  #kicked = false;
  #running = false;
  #closed = false;
  #unreferenced = false;

  /** Throws `UdpBindError`. */
  static async bind(options: EndpointSocketOptions): Promise<EndpointSocket> {
    const received: { by?: EndpointSocket } = {};
    const socket = await bind(options, {
      onReceive: (batch) => received.by?.receive(batch),
      onWritable: () => received.by?.kick(),
      ...(options.onRefused === undefined ? {} : { onRefused: options.onRefused }),
    });
    const made = new EndpointSocket(options, socket);
    received.by = made;
    return made;
  }

  private constructor(options: EndpointSocketOptions, socket: UdpSocket) {
    this.#options = options;
    this.#socket = socket;
    this.budget = options.budget ?? processBudget;
    const { ecn, dontFragment } = socket.capabilities;
    const config = {
      ciphers: openSslCipherProvider,
      onHeldBytes: this.budget.change,
      ecn,
      ...(dontFragment ? {} : { datagramBytesMax: DATAGRAM_BYTES_SAFE }),
      ...options.endpoint.config,
    };
    const qlog = qlogInto();
    const endpoint = { ...options.endpoint, config, random: pooledRandom() };
    this.#endpoint = new Endpoint(qlog === undefined ? endpoint : { ...endpoint, qlog });
  }

  /** Where the socket is bound. */
  get address(): string {
    return this.#socket.address;
  }

  get now(): number {
    return performance.now();
  }

  connect(options: ConnectOptions, takerOf: (connection: QuicConnection) => EventTaker): void {
    const connection = this.#endpoint.connect(this.now, options);
    this.#takers.set(connection, takerOf(connection));
    this.kick();
  }

  receive(batch: readonly Datagram[]): void {
    if (this.#closed) return;
    const { now } = this;
    for (const { bytes, from, ecn } of batch) {
      this.#endpoint.receive(now, bytes, { address: { local: "", remote: from }, ecn });
    }
    this.#run();
  }

  /** A connection was used: what it wants to send follows in this turn of the event loop, together with others'. */
  kick(): void {
    if (this.#kicked || this.#closed) return;
    this.#kicked = true;
    setImmediate(this.#kickedRun);
  }

  /** Takes no more connections; those that are open go on. */
  stop(): void {
    this.#endpoint.stop();
  }

  /** Nothing that is still to be said keeps the process from ending. */
  unref(): void {
    this.#unreferenced = true;
    this.#socket.unref();
    this.#timer?.unref();
  }

  /** Sends what is due, also the closes of connections that were ended just now, and lets go of everything. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#transmit();
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#takers.clear();
    await this.#socket.close();
  }

  readonly #kickedRun = (): void => {
    this.#kicked = false;
    this.#run();
  };

  #run(): void {
    // A taker of events that closes things may lead back here.
    if (this.#running || this.#closed) return this.kick();
    this.#running = true;
    try {
      if (this.#endpoint.deadline <= this.now) this.#endpoint.onDeadline(this.now);
      for (let round = 0; round < ROUNDS_MAX && !this.#closed; round++) {
        // Events first: whoever is not admitted gets no handshake, and answers go along with acknowledgements.
        if (!this.#takeEvents() && round > 0) break;
        this.#transmit();
      }
    } finally {
      this.#running = false;
    }
    this.#arm();
  }

  #transmit(): void {
    for (;;) {
      const room = this.#socket.reserve();
      // The socket kicks us when it has room again.
      if (room === undefined) break;
      const transmit = this.#endpoint.transmit(this.now, room);
      if (transmit === undefined) break;
      const { address, length, segmentBytes, ecn } = transmit;
      this.#socket.commit(length, { to: address.remote, segmentBytes, ecn });
    }
    this.#socket.flush();
  }

  /** `false` when there was nothing. */
  #takeEvents(): boolean {
    let any = false;
    for (let next = this.#endpoint.nextAccepted(); next !== undefined; next = this.#endpoint.nextAccepted()) {
      const taker = this.#options.onAccepted?.(next);
      if (taker !== undefined) this.#takers.set(next, taker);
    }
    for (let next = this.#endpoint.nextEventful(); next !== undefined; next = this.#endpoint.nextEventful()) {
      any = true;
      this.#takers.get(next)?.onEvents();
    }
    return any;
  }

  #arm(): void {
    if (this.#closed) return;
    const { deadline } = this.#endpoint;
    if (this.#timer !== undefined && this.#timerAt <= deadline) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (deadline === Number.POSITIVE_INFINITY) return;
    const wait = deadline - this.now;
    if (wait < TIMER_MS_MIN) return this.kick();
    this.#timerAt = deadline;
    this.#timer = setTimeout(this.#timerRun, Math.min(wait, TIMER_MS_MAX));
    if (this.#unreferenced) this.#timer.unref();
  }

  readonly #timerRun = (): void => {
    this.#timer = undefined;
    this.#run();
  };

  /** Forgets a connection whose events nobody needs any more. */
  forget(connection: QuicConnection): void {
    this.#takers.delete(connection);
  }
}
