/** Two connected ends in memory: a small real implementation of the interfaces, for tests and the simulator. */
import { createHmac } from "node:crypto";
import { type CloseReason, type Connection, type Stream, StreamError } from "./connection.ts";
import { Pipe } from "./pipe.ts";

export type MemoryPairOptions = {
  /** Bytes that one direction of a stream buffers. */
  readonly streamBytes?: number;
  /** Streams that may wait to be accepted; `open` waits beyond that. */
  readonly backlog?: number;
  readonly keyExchange?: string;
  /** DER that the first end sees as the certificate of the second. */
  readonly certificate?: Uint8Array;
  /** Both ends derive exporter values from it. */
  readonly exporterSecret?: Uint8Array;
};

/** [client, server]. */
export function memoryPair(options: MemoryPairOptions = {}): [Connection, Connection] {
  const client = new MemoryConnection(options, options.certificate ?? null, "server:0");
  const server = new MemoryConnection(options, null, "client:0");
  client.attach(server);
  server.attach(client);
  return [client, server];
}

class MemoryConnection implements Connection {
  readonly remoteAddress: string;
  readonly keyExchange: string;
  readonly peerCertificate: Uint8Array | null;
  readonly closed: Promise<CloseReason>;
  readonly #options: MemoryPairOptions;
  readonly #streams = new Set<MemoryStream>();
  readonly #backlog: MemoryStream[] = [];
  #wakeAcceptor: (() => void) | undefined;
  #wakeOpeners: (() => void)[] = [];
  #resolveClosed: (reason: CloseReason) => void = () => {};
  #ended = false;
  #peer: MemoryConnection | undefined;

  constructor(options: MemoryPairOptions, certificate: Uint8Array | null, remoteAddress: string) {
    this.#options = options;
    this.peerCertificate = certificate;
    this.remoteAddress = remoteAddress;
    this.keyExchange = options.keyExchange ?? "X25519MLKEM768";
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
  }

  attach(peer: MemoryConnection): void {
    this.#peer = peer;
  }

  exportKey({ label, context, length }: { label: string; context: Uint8Array; length: number }): Uint8Array {
    const secret = this.#options.exporterSecret ?? new Uint8Array(32);
    const value = createHmac("sha512", secret).update(`${label}\0`).update(context).digest();
    return new Uint8Array(value.subarray(0, length));
  }

  async open(options: { readonly unidirectional?: boolean } = {}): Promise<Stream> {
    const peer = this.#peer;
    while (!this.#ended && peer !== undefined && peer.#backlog.length >= (this.#options.backlog ?? 100)) {
      await new Promise<void>((resolve) => {
        peer.#wakeOpeners.push(resolve);
      });
    }
    if (this.#ended || peer === undefined) throw new StreamError("closed");
    const capacity = this.#options.streamBytes ?? 64 * 1024;
    const there = new Pipe(capacity);
    const back = options.unidirectional === true ? undefined : new Pipe(capacity);
    const ours = new MemoryStream(back, there, (stream) => this.#streams.delete(stream));
    const theirs = new MemoryStream(there, back, (stream) => peer.#streams.delete(stream));
    this.#streams.add(ours);
    peer.#streams.add(theirs);
    peer.#backlog.push(theirs);
    peer.#wakeAcceptor?.();
    return ours;
  }

  async accept(): Promise<Stream | null> {
    for (;;) {
      const stream = this.#backlog.shift();
      if (stream !== undefined) {
        for (const wake of this.#wakeOpeners.splice(0)) wake();
        return stream;
      }
      if (this.#ended) return null;
      await new Promise<void>((resolve) => {
        this.#wakeAcceptor = resolve;
      });
    }
  }

  close(code: number, reason: string): void {
    this.#end({ kind: "application", by: "local", code, reason });
    const peer = this.#peer;
    if (peer !== undefined) peer.#end({ kind: "application", by: "peer", code, reason });
  }

  #end(reason: CloseReason): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const stream of this.#streams) stream.fail(new StreamError("closed"));
    this.#streams.clear();
    this.#backlog.length = 0;
    this.#wakeAcceptor?.();
    for (const wake of this.#wakeOpeners.splice(0)) wake();
    this.#resolveClosed(reason);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close(0, "");
    await this.closed;
  }
}

class MemoryStream implements Stream {
  readonly #incoming: Pipe | undefined;
  readonly #outgoing: Pipe | undefined;
  readonly #forget: (stream: MemoryStream) => void;
  /** What this side sees once it has reset the stream; the other side sees the reset itself. */
  #ours: StreamError | undefined;

  constructor(incoming: Pipe | undefined, outgoing: Pipe | undefined, forget: (stream: MemoryStream) => void) {
    this.#incoming = incoming;
    this.#outgoing = outgoing;
    this.#forget = forget;
  }

  async read(): Promise<Uint8Array | null> {
    if (this.#incoming === undefined) return null;
    return await this.#seenFromHere(this.#incoming.read());
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.#outgoing === undefined) throw new StreamError("local");
    await this.#seenFromHere(this.#outgoing.write(bytes));
  }

  async end(): Promise<void> {
    this.#outgoing?.end();
  }

  reset(code: number): void {
    this.#ours ??= new StreamError("local", code);
    this.fail(new StreamError("reset", code));
    this.#forget(this);
  }

  fail(error: StreamError): void {
    this.#incoming?.fail(error);
    this.#outgoing?.fail(error);
  }

  async #seenFromHere<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      throw error instanceof StreamError && error.kind === "reset" ? (this.#ours ?? error) : error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
    this.#forget(this);
  }
}
