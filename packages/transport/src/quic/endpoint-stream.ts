/** A stream: RFC 9000 sections 2 and 3, with the bytes in QUIC's bounded buffers. */
import { type Stream, StreamError } from "@quicprochat/connection";
import type { QuicConnection } from "@quicprochat/quic";
import { StreamWriter } from "./stream-writer.ts";
import type { WriteBudget } from "./write-budget.ts";

export type EndpointStreamOptions = {
  readonly id: number;
  readonly quic: QuicConnection;
  readonly budget: WriteBudget;
  readonly reads: boolean;
  readonly writes: boolean;
  /** What was done wants packets to be sent. */
  readonly kick: () => void;
  /** The end has been handed to QUIC, which has still to bring it to the peer. */
  readonly onFinish: () => void;
  /** Nothing more is brought to the peer. */
  readonly onReset: () => void;
  /** Nothing more can happen here. */
  readonly release: () => void;
};

export class EndpointStream implements Stream {
  readonly #options: EndpointStreamOptions;
  readonly #writer: StreamWriter | undefined;
  #reading: "open" | "ended" | StreamError;
  /** What had come when the connection ended. */
  #kept: Uint8Array[] = [];
  #wakeReader: (() => void) | undefined;

  constructor(options: EndpointStreamOptions) {
    this.#options = options;
    this.#reading = options.reads ? "open" : "ended";
    this.#writer = options.writes ? new StreamWriter(options) : undefined;
  }

  async read(): Promise<Uint8Array | null> {
    for (;;) {
      const kept = this.#kept.shift();
      if (kept !== undefined) return kept;
      if (this.#reading instanceof StreamError) throw this.#reading;
      if (this.#reading === "ended") return null;
      const bytes = this.#take();
      if (bytes !== undefined) return bytes;
      if (this.#reading !== "open") continue;
      await new Promise<void>((resolve) => {
        this.#wakeReader = resolve;
      });
    }
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.#writer === undefined) throw new StreamError("local");
    await this.#writer.write(bytes);
  }

  async end(): Promise<void> {
    await this.#writer?.end();
    this.#releaseWhenDone();
  }

  reset(code: number): void {
    const { id, quic, kick, onReset } = this.#options;
    if (this.#reading === "open") quic.stopSending(id, code);
    if (this.#writer !== undefined) {
      quic.reset(id, code);
      onReset();
    }
    this.fail(new StreamError("local", code));
    this.#options.release();
    kick();
  }

  /** Both directions end with this error, unless they have ended already. */
  fail(error: StreamError): void {
    if (this.#reading === "open") this.#reading = error;
    this.#writer?.fail(error);
    this.onReadable();
  }

  /** Takes out of QUIC what can be read: it goes with the connection. */
  keepUnread(): void {
    while (this.#reading === "open") {
      const bytes = this.#take();
      if (bytes === undefined) return;
      this.#kept.push(bytes);
    }
  }

  onReadable(): void {
    const wake = this.#wakeReader;
    this.#wakeReader = undefined;
    wake?.();
  }

  onWritable(): void {
    this.#writer?.give();
  }

  /** The peer does not read any more. */
  onStopped(code: number): void {
    this.#writer?.fail(new StreamError("reset", code));
    this.#releaseWhenDone();
  }

  /** What was written and ended is still sent; a peer that goes on writing is told to stop. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
    if (this.#reading === "open") {
      this.#options.quic.stopSending(this.#options.id, 0);
      this.#reading = new StreamError("local");
      this.onReadable();
      this.#options.kick();
    }
    this.#options.release();
  }

  /** `undefined`: there is nothing, now or for good. */
  #take(): Uint8Array | undefined {
    const { id, quic, kick } = this.#options;
    const result = quic.read(id);
    if (result.kind === "blocked") return undefined;
    if (result.kind === "data") {
      // Credit for the peer may follow from it.
      kick();
      return result.bytes;
    }
    this.#reading = result.kind === "end" ? "ended" : new StreamError("reset", result.code);
    this.#releaseWhenDone();
    return undefined;
  }

  #releaseWhenDone(): void {
    if (this.#reading !== "open" && this.#writer?.isDone !== false) this.#options.release();
  }
}
