/** AES-128-GCM and ChaCha20-Poly1305 (RFC 5116, RFC 8439), one call each way. */
import { createCipheriv, createDecipheriv } from "node:crypto";

export type AeadAlgorithm = "aes-128-gcm" | "chacha20-poly1305";

export const aeadKeyBytes: Readonly<Record<AeadAlgorithm, number>> = { "aes-128-gcm": 16, "chacha20-poly1305": 32 };
export const aeadNonceBytes = 12;
export const aeadTagBytes = 16;

type AeadKeys = {
  readonly algorithm: AeadAlgorithm;
  readonly key: Uint8Array;
  /** 12 bytes, never twice under one key. */
  readonly nonce: Uint8Array;
  readonly aad: Uint8Array;
};

/** Ciphertext, then the 16-byte tag. */
export function aeadSeal(options: AeadKeys & { readonly plaintext: Uint8Array }): Uint8Array {
  const { algorithm, key, nonce, aad, plaintext } = options;
  const length = plaintext.length;
  const cipher =
    algorithm === "aes-128-gcm"
      ? createCipheriv("aes-128-gcm", key, nonce, { authTagLength: aeadTagBytes })
      : createCipheriv("chacha20-poly1305", key, nonce, { authTagLength: aeadTagBytes });
  cipher.setAAD(aad, { plaintextLength: length });
  const sealed = new Uint8Array(length + aeadTagBytes);
  sealed.set(cipher.update(plaintext));
  cipher.final();
  sealed.set(cipher.getAuthTag(), length);
  return sealed;
}

/** The plaintext; `undefined` when it does not authenticate, for whatever reason. */
export function aeadOpen(options: AeadKeys & { readonly ciphertext: Uint8Array }): Uint8Array | undefined {
  const { algorithm, key, nonce, aad, ciphertext } = options;
  const length = ciphertext.length - aeadTagBytes;
  if (length < 0) return undefined;
  const decipher =
    algorithm === "aes-128-gcm"
      ? createDecipheriv("aes-128-gcm", key, nonce, { authTagLength: aeadTagBytes })
      : createDecipheriv("chacha20-poly1305", key, nonce, { authTagLength: aeadTagBytes });
  decipher.setAAD(aad, { plaintextLength: length });
  decipher.setAuthTag(ciphertext.subarray(length));
  const plaintext = new Uint8Array(decipher.update(ciphertext.subarray(0, length)));
  try {
    decipher.final();
  } catch {
    plaintext.fill(0);
    return undefined;
  }
  return plaintext;
}
