/** The direction of a stream that we write: what QUIC does not take yet waits here, and its writer with it. */
import { StreamError } from "@quicprochat/connection";
import type { QuicConnection } from "@quicprochat/quic";

export type StreamWriterOptions = {
  readonly id: number;
  readonly quic: QuicConnection;
  readonly kick: () => void;
  readonly onFinish: () => void;
};

type Pending = {
  bytes: Uint8Array;
  readonly resolve: () => void;
  readonly reject: (error: StreamError) => void;
};

export class StreamWriter {
  readonly #options: StreamWriterOptions;
  readonly #pending: Pending[] = [];
  #state: "open" | "ended" | StreamError = "open";
  #ending: PromiseWithResolvers<void> | undefined;

  constructor(options: StreamWriterOptions) {
    this.#options = options;
  }

  get isDone(): boolean {
    return this.#state !== "open";
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.#state instanceof StreamError) throw this.#state;
    if (this.#state === "ended" || this.#ending !== undefined) throw new StreamError("local");
    if (bytes.length === 0) return;
    await new Promise<void>((resolve, reject) => {
      this.#pending.push({ bytes, resolve, reject });
      if (this.#pending.length === 1) this.give();
    });
  }

  /** Resolves when QUIC has it all, or when nobody wants it any more. */
  async end(): Promise<void> {
    if (this.#state !== "open") return;
    this.#ending ??= Promise.withResolvers<void>();
    this.#finishWhenEmpty();
    await this.#ending.promise;
  }

  /** Hands over what QUIC takes. */
  give(): void {
    const { id, quic, kick } = this.#options;
    for (let next = this.#pending[0]; next !== undefined; next = this.#pending[0]) {
      const taken = quic.write(id, next.bytes);
      if (taken === undefined) return this.fail(new StreamError("closed"));
      if (taken > 0) kick();
      next.bytes = next.bytes.subarray(taken);
      if (next.bytes.length > 0) return;
      this.#pending.shift();
      next.resolve();
    }
    this.#finishWhenEmpty();
  }

  fail(error: StreamError): void {
    if (this.#state !== "open") return;
    this.#state = error;
    for (const { reject } of this.#pending.splice(0)) reject(error);
    this.#ending?.resolve();
  }

  #finishWhenEmpty(): void {
    if (this.#ending === undefined || this.#pending.length > 0 || this.#state !== "open") return;
    const { id, quic, kick, onFinish } = this.#options;
    quic.finish(id);
    this.#state = "ended";
    onFinish();
    kick();
    this.#ending.resolve();
  }
}
