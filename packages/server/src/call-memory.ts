/** What requests and responses of all connections may take together, and of one address prefix. */
import type { CallMemory } from "@quicprochat/rpc";

type MemoryLimits = { readonly bytesMax: number; readonly bytesPerPrefixMax: number };

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

  /** For one connection. A prefix has a part of the whole: nobody can take it from all others. */
  of(prefix: string): CallMemory {
    return { take: (bytes) => this.#take(prefix, bytes), give: (bytes) => this.#give(prefix, bytes) };
  }

  #take(prefix: string, bytes: number): boolean {
    const own = (this.#byPrefix.get(prefix) ?? 0) + bytes;
    if (own > this.#limits.bytesPerPrefixMax || this.#bytes + bytes > this.#limits.bytesMax) return false;
    this.#bytes += bytes;
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
