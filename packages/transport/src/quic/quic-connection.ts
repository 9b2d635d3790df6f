/** A QUIC connection (RFC 9000) on OpenSSL's: handshake, streams both ways, and an end that reaches the other side. */
import { type CloseReason, type Connection, type Stream, StreamError } from "@quicprochat/connection";
import { limits } from "../limits.ts";
import { closeReason, exportKeyingMaterial, keyExchange, peerCertificate } from "./connection-facts.ts";
import { configure, type Engine, type Stepped } from "./engine.ts";
import { NativeMemory, NONE, nativeText, openSsl, type Pointer } from "./openssl.ts";
import { event, type Polled } from "./poll-set.ts";
import { QuicStream } from "./quic-stream.ts";
import { bufferedBytes } from "./stream-io.ts";
import { WriteBudget } from "./write-budget.ts";

type ConnectionOptions = {
  readonly pointer: Pointer;
  readonly engine: Engine;
  readonly remoteAddress: string;
  readonly handshakeMs: number;
  /** Called once each: the handshake is complete; the peer has been told of the end; nothing native is left. */
  readonly onOpen: (connection: QuicConnection) => void;
  readonly onEnd: (connection: QuicConnection) => void;
  readonly onFree: (connection: QuicConnection) => void;
};

const STREAM_MODE_NONE = 0;
const ACCEPT_STREAMS = 1;
const NO_BLOCK_NEW_STREAM = 2n;
const UNIDIRECTIONAL = 1n;
const NO_BLOCK = 1n;
const shutdown = { rapid: 1n, noStreamFlush: 2n, noBlock: 4n } as const;
/** SSL_get_error */
const WANT_READ = 2;
const WANT_WRITE = 3;
const LINGERING_MAX = 16;
const incoming = event.incomingBidirectional | event.incomingUnidirectional;
const outgoing = event.outgoingBidirectional | event.outgoingUnidirectional;

export class QuicConnection implements Connection, Polled, Stepped {
  readonly pointer: Pointer;
  readonly remoteAddress: string;
  readonly closed: Promise<CloseReason>;
  readonly #options: ConnectionOptions;
  readonly #engine: Engine;
  readonly #ssl = openSsl();
  readonly #budget = new WriteBudget();
  readonly #streams = new Map<Pointer, QuicStream>();
  /** Streams that are done with, while OpenSSL still sends what they wrote: pointer to bytes. */
  readonly #lingering = new Map<Pointer, number>();
  readonly #resolveClosed: (reason: CloseReason) => void;
  #phase: "handshake" | "open" | "closing" | "ended" | "freed" = "handshake";
  #stepUntil: number;
  #closeWith: { readonly code: number; readonly reason: string } = { code: 0, reason: "" };
  #facts: { readonly keyExchange: string; readonly peerCertificate: Uint8Array | null } = noFacts;
  #wakeAcceptors: (() => void)[] = [];
  #wakeOpeners: (() => void)[] = [];

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.pointer = options.pointer;
    this.#engine = options.engine;
    this.remoteAddress = options.remoteAddress;
    const { promise, resolve } = Promise.withResolvers<CloseReason>();
    this.closed = promise;
    this.#resolveClosed = resolve;
    this.#stepUntil = performance.now() + options.handshakeMs;
    configure(this.pointer);
    this.#ssl.SSL_set_default_stream_mode(this.pointer, STREAM_MODE_NONE);
    this.#ssl.SSL_set_incoming_stream_policy(this.pointer, ACCEPT_STREAMS, 0n);
    this.#ssl.ERR_clear_error();
    this.#engine.polled.add(this, event.closing);
    this.#engine.addStepped(this);
  }

  get keyExchange(): string {
    return this.#facts.keyExchange;
  }

  get peerCertificate(): Uint8Array | null {
    return this.#facts.peerCertificate;
  }

  exportKey(options: { readonly label: string; readonly context: Uint8Array; readonly length: number }): Uint8Array {
    if (this.#phase !== "open") throw new StreamError("closed");
    return exportKeyingMaterial(this.pointer, options);
  }

  async open(options: { readonly unidirectional?: boolean } = {}): Promise<Stream> {
    const flags = NO_BLOCK_NEW_STREAM | (options.unidirectional === true ? UNIDIRECTIONAL : 0n);
    for (;;) {
      if (this.#phase !== "open") throw new StreamError("closed");
      const pointer = this.#ssl.SSL_new_stream(this.pointer, flags);
      if (pointer !== NONE) return this.#newStream(pointer);
      this.#ssl.ERR_clear_error();
      await this.#waitIn(this.#wakeOpeners);
    }
  }

  async accept(): Promise<Stream | null> {
    for (;;) {
      if (this.#phase !== "open") return null;
      const pointer = this.#ssl.SSL_accept_stream(this.pointer, NO_BLOCK);
      if (pointer !== NONE) return this.#newStream(pointer);
      this.#ssl.ERR_clear_error();
      await this.#waitIn(this.#wakeAcceptors);
    }
  }

  close(code: number, reason: string): void {
    if (this.#phase !== "open" && this.#phase !== "handshake") return;
    const patience = this.#phase === "open" ? limits.closeFlushMs : 0;
    this.#phase = "closing";
    this.#closeWith = { code, reason: Buffer.from(reason).subarray(0, limits.closeReasonBytesMax).toString("utf8") };
    this.#stepUntil = performance.now() + patience;
    this.#failStreams();
    this.#engine.addStepped(this);
    this.#engine.kick();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close(0, "");
    await this.closed;
  }

  onEvents(events: number): void {
    if ((events & event.closed) !== 0) {
      this.#end();
      this.free();
    } else if ((events & event.closing) !== 0) this.#end();
    else {
      if ((events & incoming) !== 0) wakeAll(this.#wakeAcceptors);
      if ((events & outgoing) !== 0) wakeAll(this.#wakeOpeners);
      this.#wait();
    }
  }

  step(now: number): boolean {
    if (this.#phase === "handshake") this.#stepHandshake(now);
    else if (this.#phase === "closing") this.#stepClose(now);
    else return this.#stepSweep();
    return true;
  }

  #stepSweep(): boolean {
    if (this.#phase === "open") this.#sweep();
    if (this.#phase !== "open" || this.#lingering.size < LINGERING_MAX) this.#engine.removeStepped(this);
    return false;
  }

  #stepHandshake(now: number): void {
    const result = this.#ssl.SSL_do_handshake(this.pointer);
    if (result === 1) {
      this.#phase = "open";
      this.#facts = { keyExchange: keyExchange(this.pointer), peerCertificate: peerCertificate(this.pointer) };
      this.#engine.removeStepped(this);
      this.#options.onOpen(this);
      return;
    }
    const error = this.#ssl.SSL_get_error(this.pointer, result);
    this.#ssl.ERR_clear_error();
    if (error !== WANT_READ && error !== WANT_WRITE) this.#end();
    else if (now >= this.#stepUntil) this.close(0, "the handshake took too long");
  }

  /** First what was written and ended before gets its time to arrive. */
  #stepClose(now: number): void {
    const patient = now < this.#stepUntil;
    using reason = nativeText(this.#closeWith.reason);
    using args = new NativeMemory(16);
    args.view.setBigUint64(0, BigInt(this.#closeWith.code), true);
    args.view.setBigUint64(8, reason.pointer, true);
    const flags = shutdown.rapid | shutdown.noBlock | (patient ? 0n : shutdown.noStreamFlush);
    this.#ssl.SSL_shutdown_ex(this.pointer, flags, args.pointer, 16n);
    this.#ssl.ERR_clear_error();
    const begun = closeReason(this.pointer);
    if (begun === null && patient) return;
    this.#engine.tick();
    this.#end();
  }

  /** The connection is over, by whomever; the peer knows, or will with what is sent now. */
  #end(known?: CloseReason): void {
    if (this.#phase === "ended" || this.#phase === "freed") return;
    const asked: CloseReason = { kind: "application", by: "local", ...this.#closeWith };
    const reason = known ?? closeReason(this.pointer) ?? asked;
    this.#phase = "ended";
    this.#engine.removeStepped(this);
    this.#failStreams();
    // Kept until OpenSSL is done: a close that is lost is sent again.
    this.#engine.polled.want(this, event.closed);
    this.#engine.kick();
    this.#resolveClosed(reason);
    this.#options.onEnd(this);
  }

  /** The system says that nobody listens there any more. */
  lose(): void {
    if (this.#phase === "open")
      this.#end({ kind: "transport", by: "peer", code: 0, reason: "nobody listens there any more" });
  }

  /** Forgets the connection at once, whatever the peer knows. */
  free(): void {
    if (this.#phase === "freed") return;
    this.#end();
    this.#phase = "freed";
    this.#engine.polled.remove(this);
    for (const pointer of [...this.#streams.keys(), ...this.#lingering.keys()]) this.#ssl.SSL_free(pointer);
    this.#streams.clear();
    this.#lingering.clear();
    this.#budget.drop();
    this.#ssl.ERR_clear_error();
    this.#options.onFree(this);
  }

  #newStream(pointer: Pointer): Stream {
    const stream = new QuicStream({
      pointer,
      engine: this.#engine,
      budget: this.#budget,
      release: (released, held) => this.#release(released, held),
    });
    this.#streams.set(pointer, stream);
    return stream;
  }

  #release({ pointer }: QuicStream, held: number): void {
    this.#streams.delete(pointer);
    if (held === 0) return this.#ssl.SSL_free(pointer);
    this.#lingering.set(pointer, held);
    // Few may wait for the next one; many would use up what the peer may open.
    if (this.#lingering.size >= LINGERING_MAX) this.#engine.addStepped(this);
  }

  /** Frees streams whose bytes have all arrived. */
  #sweep(): void {
    for (const [pointer, held] of this.#lingering) {
      const left = bufferedBytes(pointer);
      this.#budget.change(left - held);
      this.#lingering.set(pointer, left);
      if (left > 0) continue;
      this.#lingering.delete(pointer);
      this.#ssl.SSL_free(pointer);
    }
  }

  #failStreams(): void {
    for (const stream of this.#streams.values()) stream.detach();
    wakeAll(this.#wakeAcceptors);
    wakeAll(this.#wakeOpeners);
  }

  async #waitIn(waiting: (() => void)[]): Promise<void> {
    const woken = new Promise<void>((resolve) => {
      waiting.push(resolve);
    });
    this.#wait();
    this.#engine.kick();
    await woken;
  }

  #wait(): void {
    if (this.#phase !== "open") return;
    const accepts = this.#wakeAcceptors.length === 0 ? 0 : incoming;
    const opens = this.#wakeOpeners.length === 0 ? 0 : outgoing;
    this.#engine.polled.want(this, event.closing | accepts | opens);
  }
}

const noFacts = { keyExchange: "", peerCertificate: null } as const;

function wakeAll(waiting: (() => void)[]): void {
  for (const wake of waiting.splice(0)) wake();
}
