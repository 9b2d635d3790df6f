/** Address validation tokens, sealed so that only this server reads them: RFC 9000 section 8.1. */
import { concatBytes, encodeWith, Reader, toUtf8 } from "@quicprochat/bytes";
import { aeadNonceBytes, aeadOpen, aeadSeal } from "@quicprochat/crypto";
import type { Random } from "./connection-state.ts";
import { NEW_TOKEN_MS, RETRY_TOKEN_MS, TOKEN_BYTES_MAX } from "./limits.ts";

const TokenKind = { retry: 1, later: 2 } as const;

export type RetryToken = { readonly originalDestination: Uint8Array; readonly retrySource: Uint8Array };

export type TokenVerdict =
  | ({ readonly kind: "retry" } & RetryToken)
  /** From NEW_TOKEN of an earlier connection. */
  | { readonly kind: "later" }
  | { readonly kind: "invalid" };

const INVALID: TokenVerdict = { kind: "invalid" };

export class Tokens {
  readonly #key: Uint8Array;
  readonly #random: Random;

  constructor(key: Uint8Array, random: Random) {
    this.#key = key;
    this.#random = random;
  }

  /** For one address and port, for a few seconds. */
  retry(now: number, remote: string, token: RetryToken): Uint8Array {
    return this.#seal(remote, TokenKind.retry, (writer) =>
      writer
        .u64(BigInt(Math.floor(now) + RETRY_TOKEN_MS))
        .vector(token.originalDestination)
        .vector(token.retrySource),
    );
  }

  /** For one address, for a day. */
  later(now: number, remote: string): Uint8Array {
    return this.#seal(hostOf(remote), TokenKind.later, (writer) => writer.u64(BigInt(Math.floor(now) + NEW_TOKEN_MS)));
  }

  open(now: number, remote: string, token: Uint8Array): TokenVerdict {
    if (token.length > TOKEN_BYTES_MAX || token.length < 1 + aeadNonceBytes) return INVALID;
    const kind = token[0] === TokenKind.retry ? "retry" : "later";
    const aad = concatBytes(token.subarray(0, 1), toUtf8(kind === "retry" ? remote : hostOf(remote)));
    const nonce = token.subarray(1, 1 + aeadNonceBytes);
    const ciphertext = token.subarray(1 + aeadNonceBytes);
    const plain = aeadOpen({ algorithm: "aes-128-gcm", key: this.#key, nonce, aad, ciphertext });
    if (plain === undefined) return INVALID;
    const reader = new Reader(plain);
    if (Number(reader.u64()) < now) return INVALID;
    if (kind === "later") return { kind };
    return { kind, originalDestination: reader.vector().slice(), retrySource: reader.vector().slice() };
  }

  #seal(bound: string, kind: number, write: Parameters<typeof encodeWith>[0]): Uint8Array {
    const nonce = this.#random(aeadNonceBytes);
    const head = Uint8Array.of(kind);
    const aad = concatBytes(head, toUtf8(bound));
    const sealed = aeadSeal({ algorithm: "aes-128-gcm", key: this.#key, nonce, aad, plaintext: encodeWith(write) });
    return concatBytes(head, nonce, sealed);
  }
}

const hostOf = (remote: string): string => remote.slice(0, Math.max(0, remote.lastIndexOf(":")));
