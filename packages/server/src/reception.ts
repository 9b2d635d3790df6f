/** Takes connections, a bounded number of them, serves each until it ends, and drains them all. */
import type { Connection, Listener } from "@quicprochat/connection";
import { RefusalError } from "@quicprochat/protocol";
import { type BoundMethod, closeCodes, serve } from "@quicprochat/rpc";
import type { ServerContext } from "./call-context.ts";
import { SharedMemory } from "./call-memory.ts";
import { Peer } from "./peer.ts";
import { admit } from "./router.ts";

export class Reception {
  readonly #server: ServerContext;
  readonly #memory: SharedMemory;
  readonly #drain = new AbortController();
  readonly #serving = new Map<Connection, Promise<void>>();
  readonly #countByPrefix = new Map<string, number>();

  constructor(server: ServerContext) {
    this.#server = server;
    const { limits } = server;
    this.#memory = new SharedMemory({
      bytesMax: limits.callBytesMax,
      bytesPerPrefixMax: limits.callBytesPerPrefixMax,
      bytesPerPrefixWhenBusyMax: limits.callBytesPerPrefixWhenBusyMax,
    });
  }

  get connectionCount(): number {
    return this.#serving.size;
  }

  get draining(): boolean {
    return this.#drain.signal.aborted;
  }

  /** Until the listener is closed or has stopped. */
  async run(listener: Listener): Promise<void> {
    for (;;) {
      const connection = await listener.accept();
      if (connection === null) return;
      this.#take(connection);
    }
  }

  /** Refuses new calls, lets those in flight end, and closes connections behind them; after `ms` whatever is left. */
  async drain(ms: number): Promise<void> {
    this.#drain.abort();
    const closeRest = (): void => {
      for (const connection of this.#serving.keys()) connection.close(closeCodes.draining, "the server is stopping");
    };
    const timer = setTimeout(closeRest, ms);
    await Promise.all(this.#serving.values());
    clearTimeout(timer);
  }

  #take(connection: Connection): void {
    const { limits, metrics } = this.#server;
    const peer = new Peer(connection, limits, metrics);
    const count = this.#countByPrefix.get(peer.prefix) ?? 0;
    if (this.draining || count >= this.#roomForPrefix()) {
      peer[Symbol.dispose]();
      connection.close(this.draining ? closeCodes.draining : closeCodes.excessive, "no room for another connection");
      return;
    }
    this.#countByPrefix.set(peer.prefix, count + 1);
    this.#serving.set(connection, this.#serve(peer));
  }

  /** Once half of all places are taken, those who have many get no more: a few prefixes cannot keep out everybody. */
  #roomForPrefix(): number {
    const { connectionsMax, connectionsPerPrefixMax, connectionsPerPrefixWhenBusyMax } = this.#server.limits;
    const { size } = this.#serving;
    if (size >= connectionsMax) return 0;
    return size < connectionsMax / 2 ? connectionsPerPrefixMax : connectionsPerPrefixWhenBusyMax;
  }

  async #serve(peer: Peer): Promise<void> {
    const { limits, log, now, wakes, sessions } = this.#server;
    const { connection } = peer;
    await serve(connection, {
      limits: {
        concurrentCallsMax: limits.callsPerConnectionMax,
        requestBytesMax: limits.requestBytesPerConnectionMax,
      },
      memory: this.#memory.of(peer.prefix),
      drain: this.#drain.signal,
      admit: (methodNumber) => this.#admit(peer, methodNumber),
      onFault: (error) => log({ time: now(), level: "error", event: "fault", ...whereOf(error) }),
    });
    this.#serving.delete(connection);
    peer[Symbol.dispose]();
    wakes.forget(connection);
    sessions.forget(peer);
    const left = (this.#countByPrefix.get(peer.prefix) ?? 1) - 1;
    if (left === 0) this.#countByPrefix.delete(peer.prefix);
    else this.#countByPrefix.set(peer.prefix, left);
  }

  #admit(peer: Peer, methodNumber: number): BoundMethod {
    if (this.draining) throw new RefusalError("unavailable", this.#server.limits.retryAfterMs);
    return admit({ server: this.#server, peer }, methodNumber);
  }
}

/** Name and place of a fault. Its text could hold what a log must not. */
function whereOf(error: unknown): { name: string; at: string } {
  if (!(error instanceof Error)) return { name: typeof error, at: "" };
  const [place = ""] = /^\s+at .*/m.exec(error.stack ?? "") ?? [];
  return { name: error.name, at: place.trim() };
}
