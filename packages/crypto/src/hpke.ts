/** HPKE (RFC 9180) in base mode with HKDF-SHA256, one message for each encapsulation. */
import { concatBytes, encodeWith, toUtf8 } from "@quicprochat/bytes";
import { type AeadAlgorithm, aeadKeyBytes, aeadNonceBytes, aeadOpen, aeadSeal } from "./aead.ts";
import { labeledExpand, labeledExtract } from "./hpke-labels.ts";
import { type Kem, KemError } from "./kem.ts";
import type { Random } from "./random.ts";
import { erase } from "./secret.ts";

/** The KDF is always HKDF-SHA256 (0x0001). */
export type HpkeSuite = { readonly kem: Kem; readonly aead: AeadAlgorithm };

const KDF_ID = 0x0001;
const AEAD_IDS: Readonly<Record<AeadAlgorithm, number>> = { "aes-128-gcm": 0x0001, "chacha20-poly1305": 0x0003 };
const MODE_BASE = 0x00;
const EMPTY = new Uint8Array(0);

type ToPublicKey = { readonly publicKey: Uint8Array; readonly info: Uint8Array; readonly random: Random };
type FromEncapsulation = { readonly privateKey: Uint8Array; readonly enc: Uint8Array; readonly info: Uint8Array };
type Export = { readonly exporterContext: Uint8Array; readonly length: number };

type Sealed = { readonly enc: Uint8Array; readonly ciphertext: Uint8Array };

/** Section 6.1, SealBase. Throws `KemError` when the public key is none. */
export const hpkeSeal = (
  suite: HpkeSuite,
  { plaintext, ...options }: ToPublicKey & { readonly aad: Uint8Array; readonly plaintext: Uint8Array },
): Sealed => hpkeSealFor(suite, { ...options, plaintextFor: () => plaintext });

/** The same for a plaintext that depends on the encapsulation, such as one that holds a signature over it. */
export function hpkeSealFor(
  suite: HpkeSuite,
  options: ToPublicKey & { readonly aad: Uint8Array; readonly plaintextFor: (enc: Uint8Array) => Uint8Array },
): Sealed {
  const { sharedSecret, enc } = suite.kem.encapsulate(options.publicKey, options.random);
  const { key, nonce, schedule } = messageKeys(suite, sharedSecret, options.info);
  const plaintext = options.plaintextFor(enc);
  const ciphertext = aeadSeal({ algorithm: suite.aead, key, nonce, aad: options.aad, plaintext });
  erase(sharedSecret, key, schedule.secret);
  return { enc, ciphertext };
}

/** Section 6.1, OpenBase; `undefined` when it does not open, for whatever reason. */
export function hpkeOpen(
  suite: HpkeSuite,
  options: FromEncapsulation & { readonly aad: Uint8Array; readonly ciphertext: Uint8Array },
): Uint8Array | undefined {
  const sharedSecret = decapsulate(suite, options);
  if (sharedSecret === undefined) return undefined;
  const { key, nonce, schedule } = messageKeys(suite, sharedSecret, options.info);
  const plaintext = aeadOpen({ algorithm: suite.aead, key, nonce, aad: options.aad, ciphertext: options.ciphertext });
  erase(sharedSecret, key, schedule.secret);
  return plaintext;
}

/** Section 6.2, SendExportBase: a secret that only the holder of the private key can also derive. */
export function hpkeSetupExportSender(
  suite: HpkeSuite,
  options: ToPublicKey & Export,
): { readonly enc: Uint8Array; readonly exported: Uint8Array } {
  const { sharedSecret, enc } = suite.kem.encapsulate(options.publicKey, options.random);
  const exported = exportSecret(suite, { sharedSecret, ...options });
  return { enc, exported };
}

/** Section 6.2, ReceiveExportBase; `undefined` when the encapsulation is malformed. */
export function hpkeSetupExportReceiver(suite: HpkeSuite, options: FromEncapsulation & Export): Uint8Array | undefined {
  const sharedSecret = decapsulate(suite, options);
  return sharedSecret === undefined ? undefined : exportSecret(suite, { sharedSecret, ...options });
}

function decapsulate(suite: HpkeSuite, { enc, privateKey }: FromEncapsulation): Uint8Array | undefined {
  try {
    return suite.kem.decapsulate(enc, privateKey);
  } catch (error) {
    if (error instanceof KemError) return undefined;
    throw error;
  }
}

type Schedule = { readonly suiteId: Uint8Array; readonly secret: Uint8Array; readonly context: Uint8Array };

/** Section 5.1, KeySchedule with mode_base. */
function keySchedule(suite: HpkeSuite, sharedSecret: Uint8Array, info: Uint8Array): Schedule {
  const suiteId = encodeWith((writer) =>
    writer.fixed(toUtf8("HPKE")).u16(suite.kem.id).u16(KDF_ID).u16(AEAD_IDS[suite.aead]),
  );
  const pskIdHash = labeledExtract({ suiteId, salt: EMPTY, label: "psk_id_hash", inputKey: EMPTY });
  const infoHash = labeledExtract({ suiteId, salt: EMPTY, label: "info_hash", inputKey: info });
  const context = concatBytes(Uint8Array.of(MODE_BASE), pskIdHash, infoHash);
  const secret = labeledExtract({ suiteId, salt: sharedSecret, label: "secret", inputKey: EMPTY });
  return { suiteId, secret, context };
}

function messageKeys(
  suite: HpkeSuite,
  sharedSecret: Uint8Array,
  info: Uint8Array,
): { readonly key: Uint8Array; readonly nonce: Uint8Array; readonly schedule: Schedule } {
  const schedule = keySchedule(suite, sharedSecret, info);
  const { suiteId, secret: prk, context } = schedule;
  const key = labeledExpand({ suiteId, prk, label: "key", info: context, length: aeadKeyBytes[suite.aead] });
  const nonce = labeledExpand({ suiteId, prk, label: "base_nonce", info: context, length: aeadNonceBytes });
  return { key, nonce, schedule };
}

function exportSecret(
  suite: HpkeSuite,
  options: Export & { readonly sharedSecret: Uint8Array; readonly info: Uint8Array },
): Uint8Array {
  const { suiteId, secret, context } = keySchedule(suite, options.sharedSecret, options.info);
  const exporter = labeledExpand({ suiteId, prk: secret, label: "exp", info: context, length: 32 });
  const { exporterContext, length } = options;
  const exported = labeledExpand({ suiteId, prk: exporter, label: "sec", info: exporterContext, length });
  erase(options.sharedSecret, secret, exporter);
  return exported;
}
