/** Reading from and writing to one of OpenSSL's streams, without waiting: SSL_read_ex(3), SSL_write_ex2(3). */
import { StreamError } from "@quicprochat/connection";
import { limits } from "../limits.ts";
import { value } from "./engine.ts";
import { NativeMemory, openSsl, type Pointer } from "./openssl.ts";
import { outCount, scratch } from "./scratch.ts";
import type { WriteBudget } from "./write-budget.ts";

/** SSL_get_error */
const WANT_READ = 2;
const WANT_WRITE = 3;
/** SSL_STREAM_STATE_* */
const state = { finished: 3, resetRemote: 5 } as const;

type ReadResult =
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  | { readonly kind: "nothing" }
  | { readonly kind: "ended" }
  | { readonly kind: "failed"; readonly error: StreamError };

export function readFrom(stream: Pointer): ReadResult {
  const ssl = openSsl();
  const shared = scratch();
  const { chunk, out } = shared;
  const result = ssl.SSL_read_ex(stream, chunk.pointer, BigInt(limits.chunkBytes), out.pointer);
  if (result === 1) return { kind: "bytes", bytes: new Uint8Array(chunk.bytes.subarray(0, outCount(shared))) };
  const error = ssl.SSL_get_error(stream, result);
  ssl.ERR_clear_error();
  if (error === WANT_READ || error === WANT_WRITE) return { kind: "nothing" };
  if (ssl.SSL_get_stream_read_state(stream) === state.finished) return { kind: "ended" };
  return { kind: "failed", error: readError(stream) ?? new StreamError("closed") };
}

/** The peer's reset of the direction that we read. */
function readError(stream: Pointer): StreamError | null {
  const ssl = openSsl();
  if (ssl.SSL_get_stream_read_state(stream) !== state.resetRemote) return null;
  const { out } = scratch();
  ssl.SSL_get_stream_read_error_code(stream, out.pointer);
  return new StreamError("reset", Number(out.view.getBigUint64(0, true)));
}

/** The peer no longer reads. OpenSSL sends no code with that, but the reset of the other direction comes along. */
function writeError(stream: Pointer): StreamError {
  const reset = readError(stream);
  if (reset !== null) return reset;
  const ssl = openSsl();
  if (ssl.SSL_get_stream_write_state(stream) !== state.resetRemote) return new StreamError("closed");
  const { out } = scratch();
  ssl.SSL_get_stream_write_error_code(stream, out.pointer);
  return new StreamError("reset", Number(out.view.getBigUint64(0, true)));
}

type Pending = {
  readonly bytes: Uint8Array;
  taken: number;
  readonly resolve: () => void;
  readonly reject: (error: StreamError) => void;
};

/** The direction that we write: what OpenSSL does not take yet waits here, and its writer with it. */
export class StreamWriter {
  readonly #stream: Pointer;
  readonly #budget: WriteBudget;
  readonly #ssl = openSsl();
  readonly #pending: Pending[] = [];
  #state: "open" | "ended" | StreamError = "open";
  #ending: PromiseWithResolvers<void> | undefined;
  #held = 0;

  constructor(stream: Pointer, budget: WriteBudget) {
    this.#stream = stream;
    this.#budget = budget;
  }

  /** Bytes that OpenSSL may still hold; an upper bound. */
  get held(): number {
    return this.#held;
  }

  get waits(): boolean {
    return this.#pending.length > 0;
  }

  get done(): boolean {
    return this.#state !== "open";
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.#state instanceof StreamError) throw this.#state;
    if (this.#state === "ended" || this.#ending !== undefined) throw new StreamError("local");
    if (bytes.length === 0) return;
    await new Promise<void>((resolve, reject) => {
      this.#pending.push({ bytes, taken: 0, resolve, reject });
      if (this.#pending.length === 1) this.give();
    });
  }

  /** Resolves when OpenSSL has it all, or when nobody wants it any more. */
  async end(): Promise<void> {
    if (this.#state !== "open") return;
    this.#ending ??= Promise.withResolvers<void>();
    this.#concludeWhenEmpty();
    await this.#ending.promise;
  }

  /** Hands over what OpenSSL and the budget allow. */
  give(): void {
    for (let next = this.#pending[0]; next !== undefined && this.#state === "open"; next = this.#pending[0]) {
      if (!this.#give(next)) return;
      if (next.taken < next.bytes.length) continue;
      this.#pending.shift();
      next.resolve();
    }
    this.#concludeWhenEmpty();
  }

  #give(next: Pending): boolean {
    const room = this.#room();
    if (room <= 0) return false;
    const shared = scratch();
    const length = Math.min(next.bytes.length - next.taken, shared.chunk.bytes.length, room);
    shared.chunk.bytes.set(next.bytes.subarray(next.taken, next.taken + length));
    const { chunk, out } = shared;
    const result = this.#ssl.SSL_write_ex2(this.#stream, chunk.pointer, BigInt(length), 0n, out.pointer);
    if (result !== 1) {
      const error = this.#ssl.SSL_get_error(this.#stream, result);
      this.#ssl.ERR_clear_error();
      if (error !== WANT_READ && error !== WANT_WRITE) this.fail(writeError(this.#stream));
      return false;
    }
    const taken = outCount(shared);
    next.taken += taken;
    this.#hold(taken);
    return taken > 0;
  }

  /** How much may go in now. Asks OpenSSL what was acknowledged only where it matters. */
  #room(): number {
    if (this.#held >= limits.streamWriteBytesMax || !this.#budget.hasRoom)
      this.#hold(bufferedBytes(this.#stream) - this.#held);
    if (this.#held > 0 && !this.#budget.hasRoom) return 0;
    return limits.streamWriteBytesMax - this.#held;
  }

  #concludeWhenEmpty(): void {
    if (this.#ending === undefined || this.#pending.length > 0 || this.#state !== "open") return;
    this.#ssl.SSL_stream_conclude(this.#stream, 0n);
    this.#ssl.ERR_clear_error();
    this.#state = "ended";
    this.#ending.resolve();
  }

  reset(code: number): void {
    using argument = new NativeMemory(8);
    argument.view.setBigUint64(0, BigInt(code), true);
    this.#ssl.SSL_stream_reset(this.#stream, argument.pointer, 8n);
    this.#ssl.ERR_clear_error();
    this.#hold(-this.#held);
  }

  fail(error: StreamError): void {
    if (this.#state !== "open") return;
    this.#state = error;
    for (const { reject } of this.#pending.splice(0)) reject(error);
    this.#ending?.resolve();
  }

  #hold(bytes: number): void {
    this.#held += bytes;
    this.#budget.change(bytes);
  }
}

/** Written, and not yet acknowledged by the peer. */
export function bufferedBytes(stream: Pointer): number {
  const shared = scratch();
  const ssl = openSsl();
  if (ssl.SSL_get_value_uint(stream, 0, value.writeBufferUsed, shared.out.pointer) === 1) return outCount(shared);
  ssl.ERR_clear_error();
  return 0;
}
