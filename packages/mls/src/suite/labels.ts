/** The labelled functions of RFC 9420: ExpandWithLabel (8), SignWithLabel, EncryptWithLabel (5.1), RefHash (5.2). */
import { encodeWith, toUtf8 } from "@quicprochat/bytes";
import type { Random } from "@quicprochat/crypto";
import type { HpkeCiphertext } from "../wire/hpke-ciphertext.ts";
import type { CipherSuite } from "./cipher-suite.ts";

const EMPTY = new Uint8Array(0);

type Expansion = {
  readonly secret: Uint8Array;
  readonly label: string;
  readonly context: Uint8Array;
  readonly length: number;
};

export function expandWithLabel(suite: CipherSuite, { secret, label, context, length }: Expansion): Uint8Array {
  const info = encodeWith((writer) => writer.u16(length).vector(prefixed(label)).vector(context));
  return suite.expand(secret, info, length);
}

export const deriveSecret = (suite: CipherSuite, secret: Uint8Array, label: string): Uint8Array =>
  expandWithLabel(suite, { secret, label, context: EMPTY, length: suite.hashBytes });

type Signing = { readonly label: string; readonly content: Uint8Array };

export const signWithLabel = (suite: CipherSuite, privateKey: Uint8Array, signing: Signing): Uint8Array =>
  suite.sign(privateKey, labelled(signing.label, signing.content));

export const verifyWithLabel = (
  suite: CipherSuite,
  publicKey: Uint8Array,
  signing: Signing & { readonly signature: Uint8Array },
): boolean => suite.verify(publicKey, labelled(signing.label, signing.content), signing.signature);

type Encryption = {
  readonly publicKey: Uint8Array;
  readonly label: string;
  readonly context: Uint8Array;
  readonly plaintext: Uint8Array;
  readonly random: Random;
};

/** `undefined` when the public key is malformed. */
export const encryptWithLabel = (suite: CipherSuite, encryption: Encryption): HpkeCiphertext | undefined =>
  suite.hpkeSeal(
    {
      publicKey: encryption.publicKey,
      info: labelled(encryption.label, encryption.context),
      random: encryption.random,
    },
    encryption.plaintext,
  );

type Decryption = {
  readonly privateKey: Uint8Array;
  readonly label: string;
  readonly context: Uint8Array;
  readonly sealed: HpkeCiphertext;
};

export const decryptWithLabel = (suite: CipherSuite, decryption: Decryption): Uint8Array | undefined =>
  suite.hpkeOpen(decryption.privateKey, labelled(decryption.label, decryption.context), decryption.sealed);

export const refHash = (suite: CipherSuite, label: string, value: Uint8Array): Uint8Array =>
  suite.hash(encodeWith((writer) => writer.vector(toUtf8(label)).vector(value)));

/** SignContent and EncryptContext have one shape. */
const labelled = (label: string, content: Uint8Array): Uint8Array =>
  encodeWith((writer) => writer.vector(prefixed(label)).vector(content));

const PREFIXED_MAX = 256;
const prefixes = new Map<string, Uint8Array>();

/** The engine's labels are few; an application's exporter labels may be many. */
function prefixed(label: string): Uint8Array {
  const known = prefixes.get(label);
  if (known !== undefined) return known;
  const made = toUtf8(`MLS 1.0 ${label}`);
  if (prefixes.size < PREFIXED_MAX) prefixes.set(label, made);
  return made;
}
