/** A server's UDP socket with all its connections. */
import type { Connection, Listener } from "@quicprochat/connection";
import type { QuicConnection } from "@quicprochat/quic";
import type { TlsContext } from "@quicprochat/tls";
import { EndpointConnection } from "./endpoint-connection.ts";
import { EndpointSocket, type EndpointSocketOptions, type EventTaker } from "./endpoint-socket.ts";

export type ListenerLimits = {
  readonly connectionsMax: number;
  readonly handshakesMax: number;
  readonly acceptBacklogMax: number;
  readonly handshakeMs: number;
};

export type ServerListenerOptions = Pick<EndpointSocketOptions, "host" | "port" | "engine" | "endpoint" | "budget"> & {
  /** Disposed of with the listener. */
  readonly context: TlsContext;
  readonly limits: ListenerLimits;
  /** Says who the server is; the connection is not accepted before. */
  readonly introduce: (connection: Connection) => Promise<void>;
};

export class ServerListener implements Listener {
  readonly #options: ServerListenerOptions;
  readonly #handshakes = new Set<EndpointConnection>();
  readonly #connections = new Set<EndpointConnection>();
  readonly #backlog: Connection[] = [];
  readonly #wakeAcceptors: (() => void)[] = [];
  readonly #socket: EndpointSocket;
  #stopped = false;
  #closing: Promise<void> | undefined;

  /** Throws `UdpBindError`. */
  static async bind(options: ServerListenerOptions): Promise<ServerListener> {
    const made: { listener?: ServerListener } = {};
    const { limits, endpoint, host, port, engine, budget } = options;
    const config = { handshakeTimeoutMs: limits.handshakeMs, ...endpoint.config };
    const socket = await EndpointSocket.bind({
      host,
      port,
      ...(engine === undefined ? {} : { engine }),
      ...(budget === undefined ? {} : { budget }),
      endpoint: { ...endpoint, config },
      onAccepted: (connection) => made.listener?.begin(connection) ?? nobody,
    });
    made.listener = new ServerListener(options, socket);
    return made.listener;
  }

  private constructor(options: ServerListenerOptions, socket: EndpointSocket) {
    this.#options = options;
    this.#socket = socket;
  }

  get address(): string {
    return this.#socket.address;
  }

  /** Connections whose handshake is complete, accepted or not. */
  get connectionCount(): number {
    return this.#connections.size;
  }

  get handshakeCount(): number {
    return this.#handshakes.size;
  }

  async accept(): Promise<Connection | null> {
    for (;;) {
      const connection = this.#backlog.shift();
      if (connection !== undefined) return connection;
      if (this.#stopped) return null;
      await new Promise<void>((resolve) => {
        this.#wakeAcceptors.push(resolve);
      });
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#socket.stop();
    for (const wake of this.#wakeAcceptors.splice(0)) wake();
  }

  close(code: number, reason: string): Promise<void> {
    this.#closing ??= this.#close(code, reason);
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close(0, "");
  }

  async #close(code: number, reason: string): Promise<void> {
    this.stop();
    const all = [...this.#handshakes, ...this.#connections];
    for (const connection of all) connection.close(code, reason);
    await Promise.all(all.map((connection) => connection.closed));
    await this.#socket.close();
    this.#options.context[Symbol.dispose]();
  }

  /** A client has begun a connection. */
  begin(quic: QuicConnection): EventTaker {
    const connection = new EndpointConnection({
      connection: quic,
      socket: this.#socket,
      onOpen: (opened) => void this.#open(opened),
      onEnd: (ended) => this.#forget(ended),
    });
    const admitted = this.#admits();
    this.#handshakes.add(connection);
    if (!admitted) connection.close(0, "the server takes no more connections now");
    return connection;
  }

  #admits(): boolean {
    const { connectionsMax, handshakesMax } = this.#options.limits;
    const [handshakes, open] = [this.#handshakes.size, this.#connections.size];
    return !this.#stopped && handshakes < handshakesMax && handshakes + open < connectionsMax;
  }

  async #open(connection: EndpointConnection): Promise<void> {
    this.#handshakes.delete(connection);
    this.#connections.add(connection);
    const full = this.#stopped || this.#backlog.length >= this.#options.limits.acceptBacklogMax;
    if (full) return connection.close(0, "the server takes no more connections now");
    try {
      await this.#options.introduce(connection);
    } catch {
      return connection.close(0, "the server could not introduce itself");
    }
    this.#backlog.push(connection);
    this.#wakeAcceptors.shift()?.();
  }

  #forget(connection: EndpointConnection): void {
    this.#handshakes.delete(connection);
    this.#connections.delete(connection);
    const waiting = this.#backlog.indexOf(connection);
    if (waiting !== -1) this.#backlog.splice(waiting, 1);
  }
}

/** Takes the events of whoever comes before there is a listener. */
const nobody: EventTaker = { onEvents: () => {} };
