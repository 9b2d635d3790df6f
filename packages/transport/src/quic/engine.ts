/** One listener or one client of OpenSSL, driven: datagrams in, events handled, datagrams out, a timer for what OpenSSL waits for. */
import { limits } from "../limits.ts";
import { NativeMemory, NONE, openSsl, type Pointer } from "./openssl.ts";
import { AddressBook, type PeerAddress } from "./peer-address.ts";
import { PollSet } from "./poll-set.ts";
import { scratch } from "./scratch.ts";
import { datagramMemory, drainDatagrams, type Send } from "./send-queue.ts";

/** What an engine turns beside what it polls: handshakes, closes and clean-ups that are under way. */
export interface Stepped {
  /** True when OpenSSL may have something to send at once. */
  step(now: number): boolean;
}

type EngineOptions = {
  readonly root: Pointer;
  readonly send: Send;
  /** In each run, once OpenSSL has worked. */
  readonly onRun?: () => void;
  /** OpenSSL no longer works: everything of this engine is lost. */
  readonly onFailure: () => void;
};

const EXPLICIT_EVENTS = 2n;
const SEND_QUEUE_WAS_FULL = 32;
/** Rounds of one run; what is left over goes into the next. */
const ROUNDS_MAX = 64;
/** OpenSSL grants its peer more only in a tick; far below any window. */
const CONSUMED_BYTES_MAX = 32 * 1024;
const STEP_MS = 250;
const TIMER_MS_MAX = 2 ** 30;

export class Engine implements Disposable {
  readonly polled = new PollSet();
  readonly #options: EngineOptions;
  readonly #ssl = openSsl();
  readonly #addresses = new AddressBook();
  readonly #outgoing: Pointer;
  readonly #stepped = new Set<Stepped>();
  readonly #timeout = new NativeMemory(16);
  #timer: NodeJS.Timeout | undefined;
  #kicked = false;
  #running = false;
  #ended = false;
  #unreferenced = false;
  #consumed = 0;

  constructor(options: EngineOptions) {
    this.#options = options;
    const incoming = datagramMemory(1_024);
    this.#outgoing = datagramMemory(limits.sendQueueBytes);
    this.#ssl.SSL_set_bio(options.root, incoming, this.#outgoing);
    this.#ssl.SSL_set_blocking_mode(options.root, 0);
  }

  /** Puts a datagram before OpenSSL, which looks at it in the next run. */
  receive(datagram: Uint8Array, from: PeerAddress): void {
    if (this.#ended || datagram.length > limits.datagramBytesMax || datagram.length === 0) return;
    const { chunk } = scratch();
    chunk.bytes.set(datagram);
    const length = BigInt(datagram.length);
    this.#ssl.SSL_inject_net_dgram(this.#options.root, chunk.pointer, length, this.#addresses.native(from), NONE);
    this.kick();
  }

  /** The address in native form, for the set-up of a client. */
  nativeAddress(peer: PeerAddress): Pointer {
    return this.#addresses.native(peer);
  }

  /** Something has changed: a run follows soon, one for all changes of this turn. */
  kick(): void {
    if (this.#kicked || this.#ended) return;
    this.#kicked = true;
    setImmediate(this.#kickedRun);
  }

  readonly #kickedRun = (): void => {
    this.#kicked = false;
    this.run();
  };

  /** Counts what a reader has taken. */
  consumed(bytes: number): void {
    this.#consumed += bytes;
    if (this.#consumed >= CONSUMED_BYTES_MAX) this.kick();
  }

  addStepped(stepped: Stepped): void {
    this.#stepped.add(stepped);
  }

  removeStepped(stepped: Stepped): void {
    this.#stepped.delete(stepped);
  }

  /** What is under way may be cut off when the process has nothing else to do. */
  unref(): void {
    this.#unreferenced = true;
    this.#timer?.unref();
  }

  run(): void {
    if (this.#ended) return;
    // A handler that closes things may lead back here.
    if (this.#running) return this.kick();
    this.#running = true;
    try {
      this.tick();
      this.#serve();
      if (this.#stepped.size > 0) this.#step();
    } finally {
      this.#running = false;
    }
    this.#arm();
  }

  /** Lets OpenSSL work and hands its datagrams to the socket. */
  tick(): void {
    this.#consumed = 0;
    for (let round = 0; round < ROUNDS_MAX; round++) {
      if (this.#ssl.SSL_handle_events(this.#options.root) !== 1) this.#ssl.ERR_clear_error();
      if (this.#drain() < SEND_QUEUE_WAS_FULL) return;
    }
    this.kick();
  }

  #drain(): number {
    return drainDatagrams(this.#outgoing, this.#addresses, this.#options.send);
  }

  #serve(): void {
    this.#options.onRun?.();
    if (this.#ended) return;
    if (!this.polled.poll()) {
      this.#ssl.ERR_clear_error();
      this.#options.onFailure();
    }
  }

  #step(): void {
    const now = performance.now();
    let sends = false;
    for (const stepped of this.#stepped) sends = stepped.step(now) || sends;
    if (sends && !this.#ended) this.tick();
  }

  #arm(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#ended || this.#kicked) return;
    const wait = this.#waitMs();
    if (wait === undefined) return;
    this.#timer = setTimeout(this.#timerRun, wait);
    if (this.#unreferenced) this.#timer.unref();
  }

  readonly #timerRun = (): void => {
    this.run();
  };

  #waitMs(): number | undefined {
    const openSslWait = this.#openSslWaitMs();
    if (this.#stepped.size === 0) return openSslWait;
    return Math.min(STEP_MS, openSslWait ?? STEP_MS);
  }

  #openSslWaitMs(): number | undefined {
    const { out } = scratch();
    if (this.#ssl.SSL_get_event_timeout(this.#options.root, this.#timeout.pointer, out.pointer) !== 1) return undefined;
    if (out.view.getInt32(0, true) !== 0) return undefined;
    const seconds = Number(this.#timeout.view.getBigInt64(0, true));
    const micros = Number(this.#timeout.view.getBigInt64(8, true));
    return Math.min(Math.max(Math.ceil(seconds * 1000 + micros / 1000), 1), TIMER_MS_MAX);
  }

  /** Frees everything; whoever uses the engine has let go of its own parts before. */
  [Symbol.dispose](): void {
    if (this.#ended) return;
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#ssl.SSL_free(this.#options.root);
    this.#ssl.ERR_clear_error();
    this.polled[Symbol.dispose]();
    this.#addresses[Symbol.dispose]();
    this.#timeout[Symbol.dispose]();
  }
}

/** Reads and writes do not wait and do not work through events of their own. */
export function configure(pointer: Pointer): void {
  const ssl = openSsl();
  ssl.SSL_set_blocking_mode(pointer, 0);
  // A connection that its peer is ending may refuse; then there is nothing to read or write either.
  if (ssl.SSL_set_value_uint(pointer, 0, value.eventHandling, EXPLICIT_EVENTS) !== 1) ssl.ERR_clear_error();
}

/** SSL_VALUE_*: class 0 is generic, class 1 a request of ours to the peer. */
export const value = { idleTimeout: 5, eventHandling: 6, writeBufferUsed: 8 } as const;
