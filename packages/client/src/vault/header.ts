/** The vault's header: its key, wrapped by the passphrase. docs/protocol.md, "Vault". */
import { DecodeError, decodeWhole, encodeWith, equalBytes, type Reader, toUtf8 } from "@quicprochat/bytes";
import {
  type Argon2Cost,
  aeadNonceBytes,
  aeadOpen,
  aeadSeal,
  aeadTagBytes,
  argon2id,
  erase,
  type Random,
  Secret,
  sha256,
} from "@quicprochat/crypto";
import { limits } from "../limits.ts";

/** About a quarter of a second: what somebody pays for each guess. */
export const defaultCost: Argon2Cost = { memoryKiB: 64 * 1024, passes: 3, parallelism: 4 };

export type VaultHeader = {
  readonly cost: Argon2Cost;
  readonly salt: Uint8Array;
  readonly wrapped: Uint8Array;
};

const VERSION = 1;
const KEY_BYTES = 32;
const SALT_BYTES = 16;
const CHECK_BYTES = 8;
/** Each wrapping has a salt, and so a key, of its own. */
const NONCE = new Uint8Array(aeadNonceBytes);

type Wrapping = { readonly passphrase: string; readonly cost: Argon2Cost; readonly random: Random };

export async function wrapKey(key: Secret, { passphrase, cost, random }: Wrapping): Promise<VaultHeader> {
  const salt = random(SALT_BYTES);
  using outer = await outerKey(passphrase, { cost, salt });
  const aad = aadOf({ cost, salt });
  return { cost, salt, wrapped: aeadSeal({ ...cipherOf(outer), aad, plaintext: key.bytes }) };
}

/** `undefined` with another passphrase than it was wrapped with. */
export async function unwrapKey(header: VaultHeader, passphrase: string): Promise<Secret | undefined> {
  using outer = await outerKey(passphrase, header);
  const key = aeadOpen({ ...cipherOf(outer), aad: aadOf(header), ciphertext: header.wrapped });
  return key === undefined ? undefined : new Secret(key);
}

type Derivation = Pick<VaultHeader, "cost" | "salt">;

/** Composed and decomposed letters are one passphrase: which of them a keyboard makes depends on the machine. */
async function outerKey(passphrase: string, { cost, salt }: Derivation): Promise<Secret> {
  const password = toUtf8(passphrase.normalize("NFC"));
  const key = await argon2id({ password, salt, ...cost, length: KEY_BYTES });
  erase(password);
  return new Secret(key);
}

const cipherOf = (key: Secret) => ({ algorithm: "chacha20-poly1305", key: key.bytes, nonce: NONCE }) as const;

const aadOf = ({ cost: { memoryKiB, passes, parallelism }, salt }: Derivation): Uint8Array =>
  encodeWith((writer) => writer.u8(VERSION).u32(memoryKiB).u32(passes).u32(parallelism).fixed(salt));

/** With a check at its end that tells damage from a wrong passphrase. */
export function encodeHeader(header: VaultHeader): Uint8Array {
  const body = encodeWith((writer) => writer.fixed(aadOf(header)).fixed(header.wrapped));
  return encodeWith((writer) => writer.fixed(body).fixed(checkOf(body)));
}

/** Throws `DecodeError`. */
export function decodeHeader(bytes: Uint8Array): VaultHeader {
  const header = decodeWhole(bytes, readHeader);
  const end = bytes.length - CHECK_BYTES;
  if (!equalBytes(checkOf(bytes.subarray(0, end)), bytes.subarray(end))) throw new DecodeError("bad-check", end);
  return header;
}

const checkOf = (body: Uint8Array): Uint8Array => sha256(body).subarray(0, CHECK_BYTES);

function readHeader(reader: Reader): VaultHeader {
  if (reader.u8() !== VERSION) throw reader.error("unknown-version");
  const cost = { memoryKiB: reader.u32(), passes: reader.u32(), parallelism: reader.u32() };
  const { vaultMemoryKiBMax, vaultPassesMax, vaultLanesMax } = limits;
  const sane = within(cost.passes, vaultPassesMax) && within(cost.parallelism, vaultLanesMax);
  // RFC 9106 section 3.1: at least 8 KiB for each lane.
  if (!sane || cost.memoryKiB > vaultMemoryKiBMax || cost.memoryKiB < 8 * cost.parallelism)
    throw reader.error("bad-cost");
  const salt = reader.fixed(SALT_BYTES);
  const wrapped = reader.fixed(KEY_BYTES + aeadTagBytes);
  reader.fixed(CHECK_BYTES);
  return { cost, salt, wrapped };
}

const within = (value: number, maximum: number): boolean => value >= 1 && value <= maximum;
