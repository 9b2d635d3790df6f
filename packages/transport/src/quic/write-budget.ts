/** How many written bytes OpenSSL may hold, of one connection and of the whole process, until peers have taken them. */
import { limits } from "../limits.ts";

let processHeld = 0;

export class WriteBudget {
  #held = 0;

  /** Whether a writer that found its way may go on; otherwise it waits for peers to acknowledge. */
  get hasRoom(): boolean {
    return this.#held < limits.connectionWriteBytesMax && processHeld < limits.processWriteBytesMax;
  }

  /** Bytes went in, or a negative number was acknowledged. */
  change(bytes: number): void {
    this.#held += bytes;
    processHeld += bytes;
  }

  /** The connection is gone, and all that was held for it. */
  drop(): void {
    processHeld -= this.#held;
    this.#held = 0;
  }
}
