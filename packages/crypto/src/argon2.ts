/** Argon2id (RFC 9106), off the main thread. */
import { argon2 } from "node:crypto";

export type Argon2Cost = {
  /** KiB of memory. */
  readonly memoryKiB: number;
  readonly passes: number;
  /** Lanes. */
  readonly parallelism: number;
};

type Argon2Input = Argon2Cost & {
  readonly password: Uint8Array;
  /** At least 8 bytes. */
  readonly salt: Uint8Array;
  /** Bytes to derive, at least 4. */
  readonly length: number;
};

export function argon2id(options: Argon2Input): Promise<Uint8Array> {
  const { password, salt, memoryKiB, passes, parallelism, length } = options;
  const parameters = { message: password, nonce: salt, memory: memoryKiB, passes, parallelism, tagLength: length };
  return new Promise((resolve, reject) => {
    argon2("argon2id", parameters, (error, derived) => {
      if (error) reject(error);
      else resolve(new Uint8Array(derived));
    });
  });
}
