/** A connection that shall stand: dialled again, with growing pauses, whenever it has ended. */
import type { Connection } from "@quicprochat/connection";
import type { Random } from "@quicprochat/crypto";
import { closeCodes, type ReceivedPush, receivePushes } from "@quicprochat/rpc";
import type { Failure } from "../failure.ts";
import { limits } from "../limits.ts";
import { backoffMs } from "./backoff.ts";
import type { Opened } from "./connect.ts";
import { type Caller, callerOf } from "./connection-call.ts";
import { connectionFailure, failureOf, isPassing, unreachable } from "./connection-failure.ts";
import type { Fresh } from "./prepare.ts";

type LinkOptions = {
  readonly connect: (signal: AbortSignal) => Promise<Opened>;
  /** What the connection needs before it counts as up. */
  readonly prepare: (fresh: Fresh) => Promise<void>;
  readonly onPush: (push: ReceivedPush) => void;
  readonly onChange: (state: LinkState) => void;
  readonly random: Random;
  /** Milliseconds. */
  readonly now: () => number;
};

export type LinkState =
  | { readonly kind: "idle" }
  /** `problem`: of the attempt before. */
  | { readonly kind: "connecting"; readonly problem: Failure | undefined }
  | { readonly kind: "up"; readonly opened: Opened }
  | { readonly kind: "waiting"; readonly problem: Failure }
  /** It will not try again. */
  | { readonly kind: "stopped"; readonly problem: Failure };

export class StandingLink implements AsyncDisposable {
  readonly #options: LinkOptions;
  readonly #end = new AbortController();
  #state: LinkState = { kind: "idle" };
  #attempt: Promise<Connection> | undefined;
  #running: Promise<void> | undefined;
  #hurry: (() => void) | undefined;

  constructor(options: LinkOptions) {
    this.#options = options;
  }

  get state(): LinkState {
    return this.#state;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Waits for the attempt under way, and does not begin one. */
  readonly call: Caller = async (method, request, options) => {
    const { state } = this;
    if (state.kind === "waiting" || state.kind === "stopped") throw state.problem;
    if (this.#attempt === undefined) throw unreachable("There is no connection to the server.");
    const connection = await untilAborted(this.#attempt, options?.signal);
    return await callerOf(connection)(method, request, options);
  };

  /** Ends a pause between attempts. */
  retryNow(): void {
    this.#hurry?.();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort();
    this.#hurry?.();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#end;
    const { now, random } = this.#options;
    for (let failures = 0; !signal.aborted; failures++) {
      const begunAt = now();
      const problem = await this.#live();
      if (signal.aborted) break;
      // A server that takes us in and throws us out at once is no better than one that does not answer.
      if (now() - begunAt > limits.reconnectMsMax) failures = 0;
      if (problem !== undefined && !isPassing(problem)) return this.#become({ kind: "stopped", problem });
      this.#become(problem === undefined ? { kind: "connecting", problem } : { kind: "waiting", problem });
      await this.#pause(backoffMs(failures, random));
    }
    this.#become({ kind: "idle" });
  }

  /** One connection from dial to end. `undefined`: it stood, and has ended. */
  async #live(): Promise<Failure | undefined> {
    const problem = this.#state.kind === "waiting" ? this.#state.problem : undefined;
    const { promise, resolve, reject } = Promise.withResolvers<Connection>();
    // Whoever calls hears of a failure; when nobody does, it is in the state.
    promise.catch(() => {});
    this.#attempt = promise;
    this.#become({ kind: "connecting", problem });
    let opened: Opened | undefined;
    try {
      opened = await this.#open();
      resolve(opened.connection);
      this.#become({ kind: "up", opened });
      await opened.connection.closed;
      return undefined;
    } catch (error) {
      const failure = failureOf(error);
      reject(failure);
      return failure;
    } finally {
      this.#attempt = undefined;
    }
  }

  async #open(): Promise<Opened> {
    const { connect, prepare, onPush } = this.#options;
    const { signal } = this.#end;
    const opened = await connect(signal);
    const { connection } = opened;
    const close = (): void => connection.close(closeCodes.done, "");
    signal.addEventListener("abort", close);
    void connection.closed.then(() => signal.removeEventListener("abort", close));
    if (signal.aborted) close();
    // Ends with the connection.
    void receivePushes(connection, onPush).catch(close);
    try {
      await prepare({ connection, call: callerOf(connection) });
      return opened;
    } catch (error) {
      close();
      throw connectionFailure(error);
    }
  }

  async #pause(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const wake = (): void => resolve();
    const timer = setTimeout(wake, ms);
    this.#hurry = wake;
    if (this.#end.signal.aborted) wake();
    await promise;
    clearTimeout(timer);
    this.#hurry = undefined;
  }

  #become(state: LinkState): void {
    this.#state = state;
    // Whoever disposes of it wants to hear no more.
    if (!this.#end.signal.aborted) this.#options.onChange(state);
  }
}

/** The work goes on when the caller no longer waits. */
export async function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return await work;
  signal.throwIfAborted();
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal.reason);
  signal.addEventListener("abort", onAbort);
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
