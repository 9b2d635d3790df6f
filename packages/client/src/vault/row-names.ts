/**
 * What stands on disk for the name of a row. The row itself is a keyed hash of table and key. So that keys can be listed
 * in order they are kept as well, sealed, and rows lie in buckets: one for each table, and for keys of more than 16 bytes
 * one for each 16 bytes that they begin with, such as a conversation's id. Disks thus show how many rows a table and a
 * conversation have and how long they are, and nothing else.
 */
import { concatBytes, encodeWith, toHex, toUtf8 } from "@quicprochat/bytes";
import { aeadNonceBytes, aeadOpen, aeadSeal, hmacSha256, kdf, Secret } from "@quicprochat/crypto";
import { limits } from "../limits.ts";

const EMPTY = new Uint8Array(0);
const ROW_BYTES = 16;
const FAMILY_BYTES = 8;
const BUCKET_BYTES = 16;
/** Keys that are longer share a bucket with those that begin alike. */
export const bucketPrefixBytes = 16;

export class RowNames implements Disposable {
  readonly #hashKey: Secret;
  readonly #sealKey: Secret;
  /** Tables are few, and each call names one. */
  readonly #families = new Map<string, Uint8Array>();
  readonly #buckets = new Map<string, Uint8Array>();

  constructor(vaultKey: Secret) {
    this.#hashKey = new Secret(kdf(vaultKey.bytes, "vault row", EMPTY));
    this.#sealKey = new Secret(kdf(vaultKey.bytes, "vault name", EMPTY));
  }

  row(table: string, key: Uint8Array): Uint8Array {
    if (key.length > limits.vaultKeyBytesMax) throw new RangeError("a vault key has at most 255 bytes");
    return this.#hash("row", this.family(table), key).slice(0, ROW_BYTES);
  }

  scope(scope: Uint8Array): Uint8Array {
    return this.#hash("scope", scope).slice(0, ROW_BYTES);
  }

  /** What the buckets of a table begin with. */
  family(table: string): Uint8Array {
    const known = this.#families.get(table);
    if (known !== undefined) return known;
    const family = this.#hash("table", toUtf8(table)).slice(0, FAMILY_BYTES);
    this.#families.set(table, family);
    return family;
  }

  /** Where rows whose keys begin with these 16 bytes lie; without them, where the short keys of the table lie. */
  bucket(table: string, prefix: Uint8Array = EMPTY): Uint8Array {
    const name = `${toHex(prefix)} ${table}`;
    const known = this.#buckets.get(name);
    if (known !== undefined) return known;
    const family = this.family(table);
    const bucket = concatBytes(family, this.#hash("bucket", family, prefix).subarray(0, BUCKET_BYTES));
    if (this.#buckets.size >= limits.vaultBucketsKnownMax) this.#buckets.clear();
    this.#buckets.set(name, bucket);
    return bucket;
  }

  bucketOf(table: string, key: Uint8Array): Uint8Array {
    return this.bucket(table, key.length > bucketPrefixBytes ? key.subarray(0, bucketPrefixBytes) : EMPTY);
  }

  /** The row is a hash of what is sealed: the nonce repeats only with the plaintext. */
  sealKey(row: Uint8Array, key: Uint8Array): Uint8Array {
    return aeadSeal({ ...this.#cipher(row), plaintext: key });
  }

  openKey(row: Uint8Array, sealed: Uint8Array): Uint8Array | undefined {
    return aeadOpen({ ...this.#cipher(row), ciphertext: sealed });
  }

  [Symbol.dispose](): void {
    this.#hashKey.erase();
    this.#sealKey.erase();
  }

  #cipher(row: Uint8Array) {
    const nonce = row.subarray(0, aeadNonceBytes);
    return { algorithm: "chacha20-poly1305", key: this.#sealKey.bytes, nonce, aad: row } as const;
  }

  #hash(kind: string, ...parts: readonly Uint8Array[]): Uint8Array {
    const body = encodeWith((writer) => {
      writer.vector32(toUtf8(kind));
      for (const part of parts) writer.vector32(part);
    });
    return hmacSha256(this.#hashKey.bytes, body);
  }
}
