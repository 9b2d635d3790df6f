/** The direction of a stream that we write: what QUIC does not take yet waits here, and its writer with it. */
import { StreamError } from "@quicprochat/connection";
import type { QuicConnection } from "@quicprochat/quic";
import type { WriteBudget } from "./write-budget.ts";

export type StreamWriterOptions = {
  readonly id: number;
  readonly quic: QuicConnection;
  readonly budget: WriteBudget;
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
  readonly give = (): void => {
    const { id, quic, kick, budget } = this.#options;
    for (let next = this.#pending[0]; next !== undefined; next = this.#pending[0]) {
      const room = budget.room(quic.heldBytes);
      if (room === 0) return budget.wait(this.give);
      const offered = next.bytes.length <= room ? next.bytes : next.bytes.subarray(0, room);
      const taken = quic.write(id, offered);
      if (taken === undefined) return this.fail(new StreamError("closed"));
      if (taken > 0) kick();
      next.bytes = next.bytes.subarray(taken);
      // QUIC will say when it takes more.
      if (taken < offered.length) return;
      if (next.bytes.length > 0) continue;
      this.#pending.shift();
      next.resolve();
    }
    this.#finishWhenEmpty();
  };

  fail(error: StreamError): void {
    if (this.#state !== "open") return;
    this.#state = error;
    this.#options.budget.leave(this.give);
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
