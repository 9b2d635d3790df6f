/** Who wants to know that cells arrive. A wake-up is a hint: losing one loses nothing, and many become one. */
import { toHex } from "@quicprochat/bytes";
import type { Connection } from "@quicprochat/connection";
import { pushes } from "@quicprochat/protocol";
import { push } from "@quicprochat/rpc";

type Subscription = {
  readonly wake: () => Promise<void>;
  state: "idle" | "pushing" | "again";
};

export class Wakes {
  readonly #byAddress = new Map<string, Map<Connection, Subscription>>();
  /** The same the other way round: an end of a connection must not cost a look at all addresses. */
  readonly #byConnection = new Map<Connection, Set<string>>();

  subscribeMailbox(address: Uint8Array, connection: Connection): void {
    this.#subscribe(toHex(address), connection, () => push(connection, pushes.mailboxWake, { address }));
  }

  subscribeDoor(address: Uint8Array, connection: Connection): void {
    this.#subscribe(toHex(address), connection, () => push(connection, pushes.doorWake, {}));
  }

  /** Cells were stored there. */
  notify(address: Uint8Array): void {
    for (const subscription of this.#byAddress.get(toHex(address))?.values() ?? []) void this.#push(subscription);
  }

  /** A door has another address from now on. */
  move(from: Uint8Array, to: Uint8Array): void {
    const moving = [...(this.#byAddress.get(toHex(from)) ?? [])];
    for (const [connection, { wake }] of moving) {
      this.unsubscribe(from, connection);
      this.#subscribe(toHex(to), connection, wake);
    }
  }

  unsubscribe(address: Uint8Array, connection: Connection): void {
    this.#remove(toHex(address), connection);
    const addresses = this.#byConnection.get(connection);
    addresses?.delete(toHex(address));
    if (addresses?.size === 0) this.#byConnection.delete(connection);
  }

  forget(connection: Connection): void {
    for (const address of this.#byConnection.get(connection) ?? []) this.#remove(address, connection);
    this.#byConnection.delete(connection);
  }

  /** How many there are. */
  get size(): number {
    return [...this.#byAddress.values()].reduce((sum, { size }) => sum + size, 0);
  }

  #remove(address: string, connection: Connection): void {
    const subscriptions = this.#byAddress.get(address);
    subscriptions?.delete(connection);
    if (subscriptions?.size === 0) this.#byAddress.delete(address);
  }

  #subscribe(address: string, connection: Connection, wake: () => Promise<void>): void {
    const subscriptions = this.#byAddress.get(address) ?? new Map<Connection, Subscription>();
    if (subscriptions.has(connection)) return;
    this.#byAddress.set(address, subscriptions.set(connection, { wake, state: "idle" }));
    const addresses = this.#byConnection.get(connection) ?? new Set<string>();
    this.#byConnection.set(connection, addresses.add(address));
  }

  async #push(subscription: Subscription): Promise<void> {
    if (subscription.state !== "idle") {
      subscription.state = "again";
      return;
    }
    do {
      subscription.state = "pushing";
      // A connection that has ended or does not take pushes fetches when it comes back.
      await subscription.wake().catch(() => {});
    } while (isAgain(subscription));
    subscription.state = "idle";
  }
}

const isAgain = ({ state }: Subscription): boolean => state === "again";
