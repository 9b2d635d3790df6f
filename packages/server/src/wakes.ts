/** Who wants to know that cells arrive. A wake-up is a hint: losing one loses nothing, and many become one. */
import { toHex } from "@quicprochat/bytes";
import type { Connection } from "@quicprochat/connection";
import { pushes } from "@quicprochat/protocol";
import { push } from "@quicprochat/rpc";

type Subscription = {
  readonly connection: Connection;
  readonly wake: () => Promise<void>;
  state: "idle" | "pushing" | "again";
};

export class Wakes {
  readonly #byAddress = new Map<string, Set<Subscription>>();

  subscribeMailbox(address: Uint8Array, connection: Connection): void {
    this.#subscribe(address, connection, () => push(connection, pushes.mailboxWake, { address }));
  }

  subscribeDoor(address: Uint8Array, connection: Connection): void {
    this.#subscribe(address, connection, () => push(connection, pushes.doorWake, {}));
  }

  /** Cells were stored there. */
  notify(address: Uint8Array): void {
    for (const subscription of this.#byAddress.get(toHex(address)) ?? []) void this.#push(subscription);
  }

  /** A door has another address from now on. */
  move(from: Uint8Array, to: Uint8Array): void {
    const subscriptions = this.#byAddress.get(toHex(from));
    if (subscriptions === undefined) return;
    this.#byAddress.delete(toHex(from));
    this.#byAddress.set(toHex(to), subscriptions);
  }

  forget(connection: Connection): void {
    for (const [address, subscriptions] of this.#byAddress) {
      for (const one of subscriptions) if (one.connection === connection) subscriptions.delete(one);
      if (subscriptions.size === 0) this.#byAddress.delete(address);
    }
  }

  #subscribe(address: Uint8Array, connection: Connection, wake: () => Promise<void>): void {
    const key = toHex(address);
    const subscriptions = this.#byAddress.get(key) ?? new Set<Subscription>();
    for (const one of subscriptions) if (one.connection === connection) return;
    subscriptions.add({ connection, wake, state: "idle" });
    this.#byAddress.set(key, subscriptions);
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
