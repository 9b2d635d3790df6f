/** One OpenSSL listener of several behind a socket: its engine and its connections. */
import { limits } from "../limits.ts";
import { Engine } from "./engine.ts";
import { must, NONE, openSsl, type Pointer } from "./openssl.ts";
import { addressText, type PeerAddress } from "./peer-address.ts";
import { QuicConnection } from "./quic-connection.ts";
import type { Send } from "./send-queue.ts";
import type { TlsContext } from "./tls-context.ts";

export type ShardOptions = {
  readonly context: TlsContext;
  readonly send: Send;
  readonly handshakeMs: number;
  /** Whether one more handshake may begin. */
  readonly admits: () => boolean;
  /** As in `QuicConnection`. */
  readonly onBegin: (connection: QuicConnection) => void;
  readonly onOpen: (connection: QuicConnection) => void;
  readonly onEnd: (connection: QuicConnection) => void;
};

const VALIDATE_ADDRESSES = 0n;
const NO_BLOCK = 1n;
const RUNS_BEFORE_SWEEP = 64;

export class Shard implements Disposable {
  readonly #options: ShardOptions;
  readonly #root: Pointer;
  readonly #engine: Engine;
  readonly #connections = new Set<QuicConnection>();
  readonly #ssl = openSsl();
  #runs = 0;

  constructor(options: ShardOptions) {
    this.#options = options;
    this.#root = must(this.#ssl.SSL_new_listener(options.context.pointer, VALIDATE_ADDRESSES), "SSL_new_listener");
    const onFailure = (): void => this.#freeConnections();
    this.#engine = new Engine({ root: this.#root, send: options.send, onRun: () => this.#sweep(), onFailure });
    must(this.#ssl.SSL_listen(this.#root), "SSL_listen");
  }

  receive(datagram: Uint8Array, from: PeerAddress): void {
    this.#engine.receive(datagram, from);
    // OpenSSL does not say whose a new connection is: the one that appears with this datagram is its sender's.
    if (!mayBegin(datagram)) return;
    this.#engine.tick();
    this.#accept(from);
  }

  /** Whoever has begun without our knowing the address has found a way round `receive`, and is dropped. */
  #sweep(): void {
    this.#runs = (this.#runs + 1) % RUNS_BEFORE_SWEEP;
    if (this.#runs === 0) this.#accept(null);
  }

  #accept(from: PeerAddress | null): void {
    for (let count = 0; count < limits.handshakesMax; count++) {
      const pointer = this.#ssl.SSL_accept_connection(this.#root, NO_BLOCK);
      if (pointer === NONE) break;
      if (from === null || !this.#options.admits()) this.#ssl.SSL_free(pointer);
      else this.#begin(pointer, from);
    }
    this.#ssl.ERR_clear_error();
  }

  #begin(pointer: Pointer, from: PeerAddress): void {
    const { onBegin, onOpen, onEnd, handshakeMs } = this.#options;
    const onFree = (freed: QuicConnection): void => {
      this.#connections.delete(freed);
      this.#ssl.SSL_free(pointer);
    };
    const callbacks = { onOpen, onEnd, onFree };
    const remoteAddress = addressText(from);
    const connection = new QuicConnection({ pointer, engine: this.#engine, remoteAddress, handshakeMs, ...callbacks });
    this.#connections.add(connection);
    onBegin(connection);
  }

  #freeConnections(): void {
    for (const connection of this.#connections) connection.free();
  }

  [Symbol.dispose](): void {
    this.#freeConnections();
    this.#engine[Symbol.dispose]();
  }
}

const LONG_HEADER_INITIAL = 0x80;
const FORM_AND_TYPE_BITS = 0xb0;
/** RFC 9000 section 14.1. */
const INITIAL_BYTES_MIN = 1_200;

/** Whether a datagram may open a connection: it begins with an Initial packet that carries a token (RFC 9000 section 17.2.2). */
function mayBegin(datagram: Uint8Array): boolean {
  const [first = 0] = datagram;
  if ((first & FORM_AND_TYPE_BITS) !== LONG_HEADER_INITIAL || datagram.length < INITIAL_BYTES_MIN) return false;
  const destinationLength = datagram[5] ?? 0;
  const sourceLength = datagram[6 + destinationLength] ?? 0;
  return (datagram[7 + destinationLength + sourceLength] ?? 0) !== 0;
}
