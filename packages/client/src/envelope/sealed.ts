/** What group cells and slot entries share: salt, commitment and ciphertext. docs/protocol.md, "Cells". */
import { concatBytes, decodeWhole, encodeWith, equalBytes } from "@quicprochat/bytes";
import { aeadNonceBytes, aeadOpen, aeadSeal, aeadTagBytes, erase, kdf, type Random } from "@quicprochat/crypto";

const SALT_BYTES = 32;
const COMMIT_BYTES = 32;
const HEADER_BYTES = SALT_BYTES + COMMIT_BYTES;
const EMPTY = new Uint8Array(0);
/** The key is used once. */
const NONCE = new Uint8Array(aeadNonceBytes);
const PADDED_HEADER_BYTES = 5;

/** What sealing adds to a body. */
export const sealedOverheadBytes: number = HEADER_BYTES + PADDED_HEADER_BYTES + aeadTagBytes;

export type Framed = { readonly kind: number; readonly body: Uint8Array };

type Sealing = Framed & {
  /** Of the whole, at least `body.length + sealedOverheadBytes`. */
  readonly size: number;
  readonly random: Random;
};

export function seal(secret: Uint8Array, { kind, body, size, random }: Sealing): Uint8Array {
  const salt = random(SALT_BYTES);
  const key = kdf(secret, "cell key", salt);
  const commit = kdf(secret, "cell commit", salt);
  const plaintext = pad({ kind, body }, size - HEADER_BYTES - aeadTagBytes);
  const sealed = concatBytes(
    salt,
    commit,
    aeadSeal({ algorithm: "chacha20-poly1305", key, nonce: NONCE, aad: EMPTY, plaintext }),
  );
  erase(key, plaintext);
  return sealed;
}

/** Whether it was sealed under this secret; says nothing yet of what is inside. */
export function commitMatches(secret: Uint8Array, sealed: Uint8Array): boolean {
  if (sealed.length < HEADER_BYTES) return false;
  return equalBytes(
    kdf(secret, "cell commit", sealed.subarray(0, SALT_BYTES)),
    sealed.subarray(SALT_BYTES, HEADER_BYTES),
  );
}

/** `undefined` when it was not sealed under this secret, or was changed. Throws `DecodeError` when it is not well framed. */
export function open(secret: Uint8Array, sealed: Uint8Array): Framed | undefined {
  if (!commitMatches(secret, sealed)) return undefined;
  const key = kdf(secret, "cell key", sealed.subarray(0, SALT_BYTES));
  const ciphertext = sealed.subarray(HEADER_BYTES);
  const plaintext = aeadOpen({ algorithm: "chacha20-poly1305", key, nonce: NONCE, aad: EMPTY, ciphertext });
  erase(key);
  return plaintext === undefined ? undefined : unpad(plaintext);
}

/** kind u8 | length u32 | body | zeros, `size` bytes in all. */
export function pad({ kind, body }: Framed, size: number): Uint8Array {
  const zeros = size - PADDED_HEADER_BYTES - body.length;
  if (zeros < 0) throw new RangeError("the body does not fit");
  return encodeWith((writer) => writer.u8(kind).vector32(body).zeros(zeros));
}

/** Throws `DecodeError`: on padding that is not zero, too. */
export function unpad(plaintext: Uint8Array): Framed {
  return decodeWhole(plaintext, (reader) => {
    const kind = reader.u8();
    const body = reader.vector32(plaintext.length);
    if (reader.rest().some((byte) => byte !== 0)) throw reader.error("bad-padding");
    return { kind, body };
  });
}
