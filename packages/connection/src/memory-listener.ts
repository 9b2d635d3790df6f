/** A server's socket in memory, for tests and the simulator: whoever holds it can connect to it. */
import type { Connection, Listener } from "./connection.ts";
import { type MemoryPairOptions, memoryPair } from "./memory-pair.ts";

export class MemoryListener implements Listener {
  readonly address = "memory:0";
  readonly #connections = new Set<Connection>();
  readonly #backlog: Connection[] = [];
  #wake: (() => void) | undefined;
  #stopped = false;

  /** The client's end of a new connection. Throws once the listener has stopped. */
  connect(options: MemoryPairOptions = {}): Connection {
    if (this.#stopped) throw new Error("the listener has stopped");
    const [client, server] = memoryPair(options);
    this.#connections.add(server);
    void server.closed.then(() => this.#connections.delete(server));
    this.#backlog.push(server);
    this.#wake?.();
    return client;
  }

  async accept(): Promise<Connection | null> {
    for (;;) {
      const connection = this.#backlog.shift();
      if (connection !== undefined) return connection;
      if (this.#stopped) return null;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#wake?.();
  }

  async close(code: number, reason: string): Promise<void> {
    this.stop();
    for (const connection of this.#connections) connection.close(code, reason);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close(0, "");
  }
}
