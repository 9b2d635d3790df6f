/** What requests and responses of all connections may take together, and of one address prefix. */
import type { CallMemory } from "@quicprochat/rpc";

type MemoryLimits = {
  readonly bytesMax: number;
  readonly bytesPerPrefixMax: number;
  readonly bytesPerPrefixWhenBusyMax: number;
};

export class SharedMemory {
  readonly #limits: MemoryLimits;
  readonly #byPrefix = new Map<string, number>();
  #bytes = 0;

  constructor(limits: MemoryLimits) {
    this.#limits = limits;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /**
   * For one connection. A prefix has a part of the whole, and a small one once half of the whole is taken: a few cannot
   * take it from all others.
   */
  of(prefix: string): CallMemory {
    return { take: (bytes) => this.#take(prefix, bytes), give: (bytes) => this.#give(prefix, bytes) };
  }

  #take(prefix: string, bytes: number): boolean {
    const own = (this.#byPrefix.get(prefix) ?? 0) + bytes;
    const { bytesMax, bytesPerPrefixMax, bytesPerPrefixWhenBusyMax } = this.#limits;
    const taken = this.#bytes + bytes;
    const ownMax = taken <= bytesMax / 2 ? bytesPerPrefixMax : bytesPerPrefixWhenBusyMax;
    if (own > ownMax || taken > bytesMax) return false;
    this.#bytes = taken;
    this.#byPrefix.set(prefix, own);
    return true;
  }

  #give(prefix: string, bytes: number): void {
    const own = (this.#byPrefix.get(prefix) ?? 0) - bytes;
    this.#bytes -= bytes;
    if (own > 0) this.#byPrefix.set(prefix, own);
    else this.#byPrefix.delete(prefix);
  }
}
