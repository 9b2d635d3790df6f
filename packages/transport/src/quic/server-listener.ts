/** A server's UDP socket with all its connections, spread over several listeners of OpenSSL. */
import type { Socket } from "node:dgram";
import type { Connection, Listener } from "@quicprochat/connection";
import { limits } from "../limits.ts";
import { addressText, type PeerAddress } from "./peer-address.ts";
import type { QuicConnection } from "./quic-connection.ts";
import { Shard, type ShardOptions } from "./shard.ts";
import type { TlsContext } from "./tls-context.ts";

export type ListenerLimits = {
  readonly connectionsMax: number;
  readonly handshakesMax: number;
  readonly acceptBacklogMax: number;
  readonly handshakeMs: number;
};

type ListenerOptions = {
  readonly socket: Socket;
  readonly context: TlsContext;
  readonly limits: ListenerLimits;
  /** Says who the server is; the connection is not accepted before. */
  readonly introduce: (connection: Connection) => Promise<void>;
};

export class ServerListener implements Listener {
  readonly address: string;
  readonly #options: ListenerOptions;
  readonly #shards = new Map<number, Shard>();
  readonly #handshakes = new Set<Connection>();
  readonly #connections = new Set<Connection>();
  readonly #backlog: Connection[] = [];
  readonly #wakeAcceptors: (() => void)[] = [];
  #stopped = false;
  #freed = false;
  #closing: Promise<void> | undefined;

  constructor(options: ListenerOptions) {
    this.#options = options;
    this.address = addressText(options.socket.address());
    options.socket.on("message", (datagram, from) => this.#receive(datagram, from));
    // What could not be sent is lost like any datagram.
    options.socket.on("error", () => {});
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
    this.#freed = true;
    for (const shard of this.#shards.values()) shard[Symbol.dispose]();
    this.#shards.clear();
    this.#options.context[Symbol.dispose]();
    await new Promise<void>((resolve) => {
      this.#options.socket.close(() => resolve());
    });
  }

  #receive(datagram: Uint8Array, from: PeerAddress): void {
    // The socket closes a moment after all that would have read from it.
    if (this.#freed) return;
    const place = shardOf(from);
    let shard = this.#shards.get(place);
    if (shard === undefined) {
      shard = new Shard(this.#shardOptions);
      this.#shards.set(place, shard);
    }
    shard.receive(datagram, from);
  }

  get #shardOptions(): ShardOptions {
    const { socket, context } = this.#options;
    return {
      context,
      handshakeMs: this.#options.limits.handshakeMs,
      send: (datagram, to) => socket.send(datagram, to.port, to.address),
      admits: () => this.#admits(),
      onBegin: (connection) => this.#handshakes.add(connection),
      onOpen: (connection) => void this.#open(connection),
      onEnd: (connection) => this.#forget(connection),
    };
  }

  #admits(): boolean {
    const { connectionsMax, handshakesMax } = this.#options.limits;
    const [handshakes, open] = [this.#handshakes.size, this.#connections.size];
    return !this.#stopped && handshakes < handshakesMax && handshakes + open < connectionsMax;
  }

  async #open(connection: QuicConnection): Promise<void> {
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

  #forget(connection: Connection): void {
    this.#handshakes.delete(connection);
    this.#connections.delete(connection);
    const waiting = this.#backlog.indexOf(connection);
    if (waiting !== -1) this.#backlog.splice(waiting, 1);
  }
}

/** OpenSSL's server does not follow a peer to another address, so the address says where its connection is. */
function shardOf({ address, port }: PeerAddress): number {
  let hash = Math.imul(port, 0x9e37_79b1);
  for (let at = 0; at < address.length; at++) hash = Math.imul(hash ^ address.charCodeAt(at), 0x0100_0193);
  return ((hash ^ (hash >>> 15)) >>> 0) % limits.shards;
}
