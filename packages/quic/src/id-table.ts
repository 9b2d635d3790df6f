/** Which connection a datagram is for, by connection id or reset token: RFC 9000 section 5.2. */
import type { QuicConnection } from "./connection.ts";
import type { Random } from "./connection-state.ts";
import { CONNECTION_ID_BYTES } from "./limits.ts";
import type { IdRegistry } from "./local-ids.ts";
import { resetTokenOf } from "./stateless-reset.ts";

/** Made before its connection, which needs an id to be made. */
export type IdOwner = { connection: QuicConnection | undefined };

export class IdTable {
  readonly #resetKey: Uint8Array;
  readonly #random: Random;
  readonly #ids = new Map<string, IdOwner>();
  readonly #resets = new Map<string, IdOwner>();

  constructor(resetKey: Uint8Array, random: Random) {
    this.#resetKey = resetKey;
    this.#random = random;
  }

  get idCount(): number {
    return this.#ids.size;
  }

  /** Reset tokens that are watched for. */
  get resetCount(): number {
    return this.#resets.size;
  }

  find(id: Uint8Array): QuicConnection | undefined {
    return this.#ids.get(keyOf(id))?.connection;
  }

  /** Whose peer would have sent this token. */
  findReset(token: Uint8Array): QuicConnection | undefined {
    return this.#resets.size === 0 ? undefined : this.#resets.get(keyOf(token))?.connection;
  }

  /** The id that a client made up for its first packets; `false` when it is taken. */
  claim(id: Uint8Array, owner: IdOwner): boolean {
    const key = keyOf(id);
    if (this.#ids.has(key)) return false;
    this.#ids.set(key, owner);
    return true;
  }

  release(id: Uint8Array): void {
    this.#ids.delete(keyOf(id));
  }

  resetToken(id: Uint8Array): Uint8Array {
    return resetTokenOf(this.#resetKey, id);
  }

  registryOf(owner: IdOwner): IdRegistry {
    return {
      issue: () => {
        let id = this.#random(CONNECTION_ID_BYTES);
        while (!this.claim(id, owner)) id = this.#random(CONNECTION_ID_BYTES);
        return { id, resetToken: this.resetToken(id) };
      },
      release: (id) => this.release(id),
      expectReset: (token) => {
        const key = keyOf(token);
        if (!this.#resets.has(key)) this.#resets.set(key, owner);
      },
      forgetReset: (token) => {
        const key = keyOf(token);
        if (this.#resets.get(key) === owner) this.#resets.delete(key);
      },
    };
  }
}

const keyOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
