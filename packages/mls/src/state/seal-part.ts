/** A stored part under the caller's key: encrypted and authenticated, deterministic, bound to its name and its group. */
import { concatBytes, encodeWith, toUtf8 } from "@quicprochat/bytes";
import { aeadOpen, aeadSeal, erase, hkdfExpand, hmacSha256 } from "@quicprochat/crypto";

const VERSION = 1;
const SALT_BYTES = 32;
const KEY_BYTES = 32;
/** Each key seals one text only: its salt is a MAC of the text. */
const NONCE = new Uint8Array(12);

export type PartPlace = {
  /** 32 bytes. */
  readonly key: Uint8Array;
  readonly name: string;
  /** Empty for the part that says which group it is. */
  readonly groupId: Uint8Array;
};

/** version u8, salt 32, ChaCha20-Poly1305. */
export function sealPart(place: PartPlace, plaintext: Uint8Array): Uint8Array {
  const aad = aadOf(place);
  const salt = hmacSha256(derive(place.key, "salt"), aad, plaintext);
  const key = derive(place.key, "part", salt);
  const sealed = aeadSeal({ algorithm: "chacha20-poly1305", key, nonce: NONCE, aad, plaintext });
  erase(key);
  return concatBytes(Uint8Array.of(VERSION), salt, sealed);
}

/** `undefined` when it is not what was sealed under this key for this place. */
export function openPart(place: PartPlace, sealed: Uint8Array): Uint8Array | undefined {
  if (sealed[0] !== VERSION || sealed.length < 1 + SALT_BYTES) return undefined;
  const key = derive(place.key, "part", sealed.subarray(1, 1 + SALT_BYTES));
  const ciphertext = sealed.subarray(1 + SALT_BYTES);
  const opened = aeadOpen({ algorithm: "chacha20-poly1305", key, nonce: NONCE, aad: aadOf(place), ciphertext });
  erase(key);
  return opened;
}

const aadOf = ({ name, groupId }: PartPlace): Uint8Array =>
  encodeWith((writer) => writer.u8(VERSION).vector(toUtf8(name)).vector(groupId));

const derive = (key: Uint8Array, label: string, context: Uint8Array = new Uint8Array(0)): Uint8Array =>
  hkdfExpand(key, concatBytes(toUtf8(`qpc mls state ${label}\0`), context), KEY_BYTES);
