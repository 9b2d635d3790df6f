/** A connection as the rest of the program knows connections. */
import { type CloseReason, type Connection, type Stream, StreamError } from "@quicprochat/connection";
import type { ConnectionEnd, ConnectionEvent, QuicConnection, TlsFacts } from "@quicprochat/quic";
import { limits } from "../limits.ts";
import type { EndpointSocket } from "./endpoint-socket.ts";
import { EndpointStream } from "./endpoint-stream.ts";

export type EndpointConnectionOptions = {
  readonly connection: QuicConnection;
  readonly socket: EndpointSocket;
  /** The handshake is complete. */
  readonly onOpen: (connection: EndpointConnection) => void;
  /** Once, when the connection has ended for whatever reason. */
  readonly onEnd: (connection: EndpointConnection, reason: CloseReason) => void;
};

export class EndpointConnection implements Connection {
  readonly remoteAddress: string;
  readonly closed: Promise<CloseReason>;
  readonly #options: EndpointConnectionOptions;
  readonly #quic: QuicConnection;
  readonly #resolveClosed: (reason: CloseReason) => void;
  readonly #streams = new Map<number, EndpointStream>();
  /** Opened by the peer and not accepted yet: bounded by how many streams it may open. */
  readonly #backlog: Stream[] = [];
  /** Streams whose bytes and end the peer does not have yet. */
  readonly #unfinished = new Set<number>();
  #phase: "handshake" | "open" | "flushing" | "ended" = "handshake";
  #facts: TlsFacts = { keyExchange: "", peerCertificate: null, alpn: "" };
  #closeWith: { readonly code: number; readonly reason: string } = { code: 0, reason: "" };
  #flushTimer: NodeJS.Timeout | undefined;
  #wakeAcceptors: (() => void)[] = [];
  #wakeOpeners: (() => void)[] = [];

  constructor(options: EndpointConnectionOptions) {
    this.#options = options;
    this.#quic = options.connection;
    this.remoteAddress = options.connection.address.remote;
    const { promise, resolve } = Promise.withResolvers<CloseReason>();
    this.closed = promise;
    this.#resolveClosed = resolve;
  }

  get keyExchange(): string {
    return this.#facts.keyExchange;
  }

  get peerCertificate(): Uint8Array | null {
    return this.#facts.peerCertificate;
  }

  exportKey(options: { readonly label: string; readonly context: Uint8Array; readonly length: number }): Uint8Array {
    if (this.#phase !== "open") throw new StreamError("closed");
    return this.#quic.exportKey(options);
  }

  async open(options: { readonly unidirectional?: boolean } = {}): Promise<Stream> {
    const unidirectional = options.unidirectional === true;
    for (;;) {
      if (this.#phase !== "open") throw new StreamError("closed");
      const id = this.#quic.openStream({ unidirectional });
      this.#options.socket.kick();
      if (id !== undefined) return this.#newStream(id, { reads: !unidirectional, writes: true });
      await new Promise<void>((resolve) => {
        this.#wakeOpeners.push(resolve);
      });
    }
  }

  async accept(): Promise<Stream | null> {
    for (;;) {
      const stream = this.#backlog.shift();
      if (stream !== undefined) return stream;
      if (this.#phase !== "open") return null;
      await new Promise<void>((resolve) => {
        this.#wakeAcceptors.push(resolve);
      });
    }
  }

  /** What was written and ended before gets its time to arrive. */
  close(code: number, reason: string): void {
    if (this.#phase !== "open" && this.#phase !== "handshake") return;
    const waits = this.#phase === "open" && this.#unfinished.size > 0;
    this.#closeWith = { code, reason };
    this.#phase = "flushing";
    this.#backlog.length = 0;
    this.#failStreams();
    if (!waits) return this.#closeNow();
    this.#flushTimer = setTimeout(() => this.#closeNow(), limits.closeFlushMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close(0, "");
    await this.closed;
  }

  /** Reads all that QUIC has to say. */
  onEvents(): void {
    for (let event = this.#quic.nextEvent(); event !== undefined; event = this.#quic.nextEvent()) this.#onEvent(event);
  }

  /** The system says that nobody listens there any more. */
  lose(): void {
    if (this.#phase === "ended") return;
    this.#end({ kind: "transport", by: "peer", code: 0, reason: "nobody listens there any more" });
    this.#quic.close(this.#options.socket.now, 0, "");
    this.#options.socket.kick();
  }

  /** Says nothing to the peer if the connection is open still: it was over before. */
  #closeNow(): void {
    clearTimeout(this.#flushTimer);
    if (this.#phase === "ended") return;
    const { code, reason } = this.#closeWith;
    const { socket } = this.#options;
    this.#quic.close(socket.now, code, reason);
    // QUIC answers with the event that ends us.
    this.onEvents();
    socket.kick();
  }

  #onEvent(event: ConnectionEvent): void {
    if (event.kind === "connected") this.#open(event.facts);
    else if (event.kind === "streams-available") wakeAll(this.#wakeOpeners);
    else if (event.kind === "closed") this.#end(reasonOf(event.end));
    else if ("streamId" in event) this.#onStreamEvent(event);
  }

  #onStreamEvent(event: Extract<ConnectionEvent, { streamId: number }>): void {
    const stream = this.#streams.get(event.streamId);
    switch (event.kind) {
      case "stream-opened":
        this.#onStreamOpened(event.streamId);
        break;
      case "stream-readable":
        stream?.onReadable();
        break;
      case "stream-writable":
        stream?.onWritable();
        break;
      case "stream-stopped":
        stream?.onStopped(event.code);
        this.#onFinished(event.streamId);
        break;
      case "stream-finished":
        this.#onFinished(event.streamId);
        break;
    }
  }

  #open(facts: TlsFacts): void {
    this.#facts = facts;
    if (this.#phase !== "handshake") return;
    this.#phase = "open";
    this.#options.onOpen(this);
  }

  #onStreamOpened(id: number): void {
    if (this.#phase !== "open") return;
    this.#backlog.push(this.#newStream(id, { reads: true, writes: !isUnidirectional(id) }));
    this.#wakeAcceptors.shift()?.();
  }

  #onFinished(id: number): void {
    this.#unfinished.delete(id);
    if (this.#phase === "flushing" && this.#unfinished.size === 0) this.#closeNow();
  }

  #newStream(id: number, directions: { readonly reads: boolean; readonly writes: boolean }): Stream {
    const { socket } = this.#options;
    const stream = new EndpointStream({
      id,
      quic: this.#quic,
      budget: socket.budget,
      ...directions,
      kick: () => socket.kick(),
      onFinish: () => this.#unfinished.add(id),
      onReset: () => this.#onFinished(id),
      release: () => this.#streams.delete(id),
    });
    this.#streams.set(id, stream);
    return stream;
  }

  #end(reason: CloseReason): void {
    if (this.#phase === "ended") return;
    // What came before the close is read before it is noticed.
    const unread = this.#phase === "open";
    this.#phase = "ended";
    clearTimeout(this.#flushTimer);
    if (unread) for (const stream of this.#streams.values()) stream.keepUnread();
    this.#failStreams();
    this.#unfinished.clear();
    this.#options.socket.forget(this.#quic);
    this.#resolveClosed(reason);
    this.#options.onEnd(this, reason);
  }

  #failStreams(): void {
    for (const stream of this.#streams.values()) stream.fail(new StreamError("closed"));
    this.#streams.clear();
    wakeAll(this.#wakeAcceptors);
    wakeAll(this.#wakeOpeners);
  }
}

/** RFC 9000 section 2.1. */
const isUnidirectional = (id: number): boolean => (id & 2) !== 0;

function reasonOf({ kind, by, code, reason }: ConnectionEnd): CloseReason {
  if (kind === "idle-timeout") return { kind, by: "local", code: 0, reason: "" };
  return { kind: kind === "application" ? "application" : "transport", by, code, reason };
}

function wakeAll(waiting: (() => void)[]): void {
  for (const wake of waiting.splice(0)) wake();
}
