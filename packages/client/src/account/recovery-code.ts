/** The code that outranks every device: it is the root key's seed, on paper. docs/protocol.md, "Identities". */
import { concatBytes, equalBytes, toUtf8 } from "@quicprochat/bytes";
import { erase, type Random, type SigningKeyPair, sha256, signingKeyPairFromSeed } from "@quicprochat/crypto";
import { Failure } from "../failure.ts";

/** RFC 4648 section 6: no 0, 1, 8, 9, which are read as letters. */
const ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";
const BITS = 5;
const CODE_BYTES = 20;
/** 20 bits: of a million codes with a slip of the pen, one passes. */
const CHECK_CHARACTERS = 4;
const CODE_CHARACTERS = (CODE_BYTES * 8) / BITS;
const GROUP_CHARACTERS = 4;

export const newRecoveryCode = (random: Random): Uint8Array => random(CODE_BYTES);

/** 160 bits and a check as nine groups of four characters. */
export function formatRecoveryCode(code: Uint8Array): string {
  const characters = toBase32(code) + checkOf(code);
  return characters.replace(new RegExp(`.{${GROUP_CHARACTERS}}(?=.)`, "g"), "$&-");
}

/** Takes it as people type it: capitals, spaces, dashes or none. Throws `Failure("bad_recovery_code")`. */
export function parseRecoveryCode(text: string): Uint8Array {
  const characters = text.toLowerCase().replaceAll(/[\s-]/g, "");
  if (characters.length !== CODE_CHARACTERS + CHECK_CHARACTERS || !/^[a-z2-7]*$/.test(characters)) {
    throw bad("it has 36 letters and digits (a-z, 2-7)");
  }
  const code = fromBase32(characters.slice(0, CODE_CHARACTERS));
  if (!equalBytes(toUtf8(checkOf(code)), toUtf8(characters.slice(CODE_CHARACTERS)))) {
    throw bad("one of its characters is wrong");
  }
  return code;
}

/** Ed25519 of seed H("qpc1 root" | 00 | code). */
export function rootKeyPair(code: Uint8Array): SigningKeyPair {
  return signingKeyPairFromSeed(sha256(toUtf8("qpc1 root\0"), code));
}

const bad = (why: string): Failure =>
  new Failure("bad_recovery_code", `This is not a recovery code: ${why}. Compare it with what you wrote down.`);

const checkOf = (code: Uint8Array): string => {
  const digest = sha256(concatBytes(toUtf8("qpc1 recovery check\0"), code));
  const check = toBase32(digest.subarray(0, BITS)).slice(0, CHECK_CHARACTERS);
  erase(digest);
  return check;
};

/** For lengths that are multiples of five bytes: no padding. */
function toBase32(bytes: Uint8Array): string {
  let [text, held, bits] = ["", 0, 0];
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= BITS) {
      bits -= BITS;
      text += ALPHABET.charAt((held >>> bits) & 31);
    }
    held &= (1 << bits) - 1;
  }
  return text;
}

function fromBase32(text: string): Uint8Array {
  const bytes: number[] = [];
  let [held, bits] = [0, 0];
  for (const character of text) {
    held = (held << BITS) | ALPHABET.indexOf(character);
    bits += BITS;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push(held >>> bits);
    held &= (1 << bits) - 1;
  }
  return Uint8Array.from(bytes);
}
