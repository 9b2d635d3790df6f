/** Connection ids that we gave the peer: RFC 9000 sections 5.1.1, 5.1.2 and 19.16. */
import { CONNECTION_ID_BYTES } from "./limits.ts";
import { TransportError, TransportErrorCode } from "./transport-error.ts";

export type LocalId = { readonly sequence: number; readonly id: Uint8Array; readonly resetToken: Uint8Array };

/** Who knows which connection a datagram is for. */
export type IdRegistry = {
  /** Makes a new id that leads to this connection, with the token of its stateless reset. */
  issue(): { readonly id: Uint8Array; readonly resetToken: Uint8Array };
  /** The id leads nowhere from now on. */
  release(id: Uint8Array): void;
  /** A datagram that ends in `token` is the peer's stateless reset of this connection, until forgotten. */
  expectReset(token: Uint8Array): void;
  forgetReset(token: Uint8Array): void;
};

export class LocalIds {
  readonly #registry: IdRegistry;
  readonly #active = new Map<number, LocalId>();
  #next = 0;

  constructor(registry: IdRegistry) {
    this.#registry = registry;
  }

  /** Of ids that the peer may use. */
  get count(): number {
    return this.#active.size;
  }

  issue(): LocalId {
    const local = { sequence: this.#next++, ...this.#registry.issue() };
    this.#active.set(local.sequence, local);
    return local;
  }

  isActive(sequence: number): boolean {
    return this.#active.has(sequence);
  }

  /** RETIRE_CONNECTION_ID in a packet addressed to the id at `packet[at]`. Throws `TransportError`. */
  retire(sequence: number, destination: Uint8Array): void {
    if (sequence >= this.#next)
      throw new TransportError(TransportErrorCode.protocolViolation, "retires an id never given");
    const local = this.#active.get(sequence);
    if (local === undefined) return;
    if (destination.length === CONNECTION_ID_BYTES && Buffer.compare(local.id, destination) === 0) {
      throw new TransportError(TransportErrorCode.protocolViolation, "retires the id that it uses");
    }
    this.#active.delete(sequence);
    this.#registry.release(local.id);
  }

  releaseAll(): void {
    for (const { id } of this.#active.values()) this.#registry.release(id);
    this.#active.clear();
  }
}
