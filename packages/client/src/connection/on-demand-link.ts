/** A connection that is there while somebody calls, and some time after. */
import type { Connection } from "@quicprochat/connection";
import type { Random } from "@quicprochat/crypto";
import { closeCodes } from "@quicprochat/rpc";
import { limits } from "../limits.ts";
import { between } from "./backoff.ts";
import type { Opened } from "./connect.ts";
import { type Caller, callerOf } from "./connection-call.ts";
import { untilAborted } from "./standing-link.ts";

type LinkOptions = {
  readonly connect: (signal: AbortSignal) => Promise<Opened>;
  readonly random: Random;
  /** Closed when nobody has called for a random time between these. */
  readonly idleMs?: readonly [least: number, most: number];
};

export class OnDemandLink implements AsyncDisposable {
  readonly #options: LinkOptions;
  readonly #end = new AbortController();
  #connection: Promise<Connection> | undefined;
  #calls = 0;
  #idle: NodeJS.Timeout | undefined;

  constructor(options: LinkOptions) {
    this.#options = options;
  }

  readonly call: Caller = async (method, request, options) => {
    this.#calls++;
    clearTimeout(this.#idle);
    try {
      this.#connection ??= this.#connect();
      const connection = await untilAborted(this.#connection, options?.signal);
      return await callerOf(connection)(method, request, options);
    } finally {
      if (--this.#calls === 0) this.#rest();
    }
  };

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort();
    clearTimeout(this.#idle);
    await this.#close();
  }

  /** One attempt for all who wait; the next call makes another one. */
  #connect(): Promise<Connection> {
    const connecting = this.#options.connect(this.#end.signal).then(({ connection }) => {
      void connection.closed.then(() => this.#forget(connecting));
      return connection;
    });
    connecting.catch(() => this.#forget(connecting));
    return connecting;
  }

  #forget(connection: Promise<Connection>): void {
    if (this.#connection === connection) this.#connection = undefined;
  }

  /** When it ends must not tell when the last message was written. */
  #rest(): void {
    if (this.#connection === undefined || this.#end.signal.aborted) return;
    const { random, idleMs: [least, most] = [limits.sendIdleMsMin, limits.sendIdleMsMax] } = this.#options;
    const ms = between(least, most, random);
    this.#idle = setTimeout(() => void this.#close(), ms);
    this.#idle.unref();
  }

  /** Whoever calls while it closes gets another one. */
  async #close(): Promise<void> {
    const closing = this.#connection;
    this.#connection = undefined;
    const connection = await closing?.catch(() => undefined);
    connection?.close(closeCodes.done, "");
  }
}
